/** Judges exhibits: the wrong design must be found out, in the way its exhibit says, and the right one must come through. */
import { explore } from 'fenceline/check';
import type { Code, Verdict } from './exhibit.ts';
import { programOf, type Shelved, sourceOf } from './shelf.ts';

/** What a machine says of one design. */
export interface Judgement {
  /** Undefined if nothing was found. */
  readonly verdict: Verdict | undefined;
  /** Full sentences; empty if nothing was found. */
  readonly message: string;
  /** The execution as text columns, and the command that repeats it: of the explorer only. */
  readonly schedule: string;
  readonly replay: string;
  readonly executions: number;
  /** Outcomes that the scenario lists and that never came. */
  readonly missing: readonly string[];
  /** The explorer left nothing out within the scenario's bounds; the program ran to its end. */
  readonly isComplete: boolean;
  readonly tookMs: number;
}

export interface Judged {
  readonly wrong: Judgement;
  readonly right: Judgement;
  /** What is not as the exhibit says, in sentences. */
  readonly differences: readonly string[];
}

/** An exhibit should be understood, and run, at a glance: it takes a few seconds on idle cores, and this is for busy ones. */
const secondsMax = 120;

/** Judges both designs. Outcomes: what was found, and what of it is not as written; throws for code that cannot be run. */
export async function judge(shelved: Shelved): Promise<Judged> {
  const wrong = await judgeCode(shelved, shelved.wrong);
  const right = await judgeCode(shelved, shelved.right);
  return { wrong, right, differences: differencesOf(shelved, wrong, right) };
}

function differencesOf({ wrong: { verdict, says } }: Shelved, wrong: Judgement, right: Judgement): readonly string[] {
  const found: string[] = [];
  if (wrong.verdict !== verdict) {
    found.push(`The wrong design should end as '${verdict}', and it ends as '${wrong.verdict ?? 'no failure'}'.`);
  }
  if (says === '' || !wrong.message.includes(says)) {
    found.push(`What is said of the wrong design should have '${says}' in it, and it is '${wrong.message}'.`);
  }
  if (right.verdict !== undefined) {
    found.push(`The right design should come through, and it ends as '${right.verdict}': ${right.message}`);
  }
  if (!right.isComplete) found.push(`The right design was not explored to the end in ${secondsMax} seconds.`);
  if (right.missing.length > 0)
    found.push(`Of the right design, these outcomes never came: ${right.missing.join(', ')}.`);
  return found;
}

async function judgeCode(shelved: Shelved, code: Code): Promise<Judgement> {
  const startedMs = performance.now();
  const judgement = 'scenario' in code ? await explored(sourceOf(shelved, code)) : await ran(shelved, code.program);
  return { ...judgement, tookMs: performance.now() - startedMs };
}

async function explored(file: URL): Promise<Omit<Judgement, 'tookMs'>> {
  const { failure, executions, missing, isComplete } = await explore(file, { seconds: secondsMax });
  const { schedule = '', replay = '' } = failure ?? {};
  const message = withoutPlaces(failure?.message ?? '');
  return { verdict: failure?.kind, message, schedule, replay, executions, missing, isComplete };
}

async function ran(shelved: Shelved, program: string): Promise<Omit<Judgement, 'tookMs'>> {
  const findings: string[] = [];
  const run = await programOf(shelved, program);
  await run((finding) => findings.push(finding));
  const verdict = findings.length === 0 ? undefined : 'finding';
  return {
    verdict,
    message: findings.join('\n'),
    schedule: '',
    replay: '',
    executions: 1,
    missing: [],
    isComplete: true,
  };
}

/** Without the places where something was thrown: they are in the schedule, and differ from machine to machine. */
function withoutPlaces(message: string): string {
  return message.replace(/ \([^()]*:\d+:\d+\)/g, '');
}
