/**
 * Choices of a scheduler as small numbers, and executions as short text.
 *
 * A schedule is a list of items: `3a` lets agent a execute three operations, `!a` kills it, `~a` lets its time-out
 * expire, and `*` at the very end says that the execution was too long to come to one. Agents are lettered in the order of the scenario;
 * the agent of `afterDeath` comes last.
 */

export const KILL = 32;
export const EXPIRE = 64;
/** Nothing more, though somebody could still be killed. Not part of a schedule: it is what follows the last item. */
export const END = 96;

export const agentsMax = 26;

const letterOf = (agent: number): string => String.fromCharCode(97 + agent);

/** The first `count` choices as text. */
export function encodeSchedule(choices: ArrayLike<number>, count: number): string {
  let text = '';
  for (let i = 0; i < count; ) {
    const choice = choices[i] as number;
    let repeats = 1;
    while (i + repeats < count && choices[i + repeats] === choice && choice < KILL) repeats++;
    text += encodeItem(choice, repeats);
    i += repeats;
  }
  return text;
}

function encodeItem(choice: number, repeats: number): string {
  if (choice >= EXPIRE) return `~${letterOf(choice - EXPIRE)}`;
  if (choice >= KILL) return `!${letterOf(choice - KILL)}`;
  return `${repeats > 1 ? repeats : ''}${letterOf(choice)}`;
}

/** At the end of a schedule: the execution is a livelock. */
export const LIVELOCK_MARK = '*';

/** Reads a schedule without its livelock mark. Outcomes: the choices, or an Error that shows where the text is not a schedule. */
export function decodeSchedule(text: string): number[] {
  const choices: number[] = [];
  const item = /(\d*)([a-z])|([!~])([a-z])/gy;
  while (item.lastIndex < text.length) {
    const at = item.lastIndex;
    const match = item.exec(text);
    if (match === null) {
      throw new Error(
        `The schedule '${text}' cannot be read from character ${at + 1} on ('${text.slice(at, at + 8)}').`,
      );
    }
    const [, count, run, sign, target] = match;
    if (run !== undefined) for (let i = Number(count || 1); i > 0; i--) choices.push(run.charCodeAt(0) - 97);
    else if (target !== undefined) choices.push((sign === '!' ? KILL : EXPIRE) + target.charCodeAt(0) - 97);
  }
  return choices;
}

/** The schedule in a replay line, or the text itself if it is a bare schedule. */
export function scheduleIn(replay: string): string {
  return /--replay[= ]'?([^' ]*)'?/.exec(replay)?.[1] ?? replay;
}

/** The name after `--planted` in a replay line. */
export function plantedIn(replay: string): string | undefined {
  const match = /--planted[= ](?:'([^']+)'|(\S+))/.exec(replay);
  return match?.[1] ?? match?.[2];
}
