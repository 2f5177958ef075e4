/** Repeating an execution from its list of choices. */
import { END, EXPIRE, encodeSchedule, KILL } from './choices.ts';
import type { Options, Strategy } from './strategy.ts';
import { lowestBit } from './strategy.ts';
import type { World } from './world.ts';

/** After the end of the script, the first choice that there is each time; nobody dies then. */
export class ScriptStrategy implements Strategy {
  readonly states: number = 0;
  readonly isRepeating: boolean = false;
  readonly asksAlways: boolean = true;
  readonly #script: readonly number[];
  #at: number = 0;

  constructor(script: readonly number[]) {
    this.#script = script;
  }

  next(): boolean {
    return this.#at === 0;
  }

  choose(world: World, options: Options): number {
    const choice = this.#script[this.#at++];
    if (choice === undefined) return firstOf(options, world.last);
    if (isOffered(choice, options)) return choice;
    const text = encodeSchedule([choice], 1);
    throw new Error(`The schedule does not fit this program: its step ${this.#at}, '${text}', is not possible there.`);
  }
}

/** A list of choices that need not fit: those that are not offered are skipped. Counts what interrupted somebody. */
export class LooseScript implements Strategy {
  readonly states: number = 0;
  readonly isRepeating: boolean = false;
  readonly asksAlways: boolean = true;
  interruptions: number = 0;
  readonly #script: readonly number[];
  #at: number = 0;

  constructor(script: readonly number[]) {
    this.#script = script;
  }

  next(): boolean {
    return this.#at === 0;
  }

  choose(world: World, options: Options): number {
    const choice = this.#pick(world, options);
    const couldGoOn = world.last >= 0 && ((options.run >>> world.last) & 1) === 1;
    if (choice < KILL ? couldGoOn && choice !== world.last : choice !== END) this.interruptions++;
    return choice;
  }

  #pick(world: World, options: Options): number {
    while (this.#at < this.#script.length) {
      const choice = this.#script[this.#at++] as number; // below the length
      if (isOffered(choice, options)) return choice;
    }
    return firstOf(options, world.last);
  }
}

/** Who went on last goes on, or else the first. */
export function firstOf({ run, kill, expire, mayEnd }: Options, last: number): number {
  if (run !== 0) return last >= 0 && (run >>> last) & 1 ? last : lowestBit(run);
  if (expire !== 0) return EXPIRE + lowestBit(expire);
  if (mayEnd || kill === 0) return END;
  return KILL + lowestBit(kill);
}

function isOffered(choice: number, { run, kill, expire, mayEnd }: Options): boolean {
  if (choice === END) return mayEnd;
  if (choice >= EXPIRE) return ((expire >>> (choice - EXPIRE)) & 1) === 1;
  if (choice >= KILL) return ((kill >>> (choice - KILL)) & 1) === 1;
  return ((run >>> choice) & 1) === 1;
}
