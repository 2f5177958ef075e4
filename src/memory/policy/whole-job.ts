/**
 * Room for a whole job at once: victims come in the order of what losing them costs for their size, which is the best
 * order for many small victims, and a bad one when the next in line is much larger than the room that is missing.
 */

/** One candidate and what losing it costs. */
export interface Candidate {
  readonly buffer: number;
  readonly size: number;
  /** In uses per time, times its size. */
  readonly cost: number;
}

/** A victim larger than this many times the room is worth a second look. */
const muchLarger = 2;
/** How many more candidates the second look takes. */
const secondLook = 8;

/**
 * Chooses victims with room for `needed`, and none that is not needed. If one is much larger than that, the cheapest is
 * taken of: the first in line; the first in line that are not larger than the room; one that is large enough by itself.
 *
 * @param next Candidates in order of cost for their size; undefined when there are no more.
 * Outcomes: the victims in order; all candidates if they do not suffice.
 */
export function victimsFor(needed: number, next: () => Candidate | undefined): readonly Candidate[] {
  const line: Candidate[] = [];
  let room = 0;
  let isMuchLarger = false;
  while (room < needed) {
    const candidate = next();
    if (candidate === undefined) return line;
    line.push(candidate);
    room += candidate.size;
    isMuchLarger ||= candidate.size > muchLarger * needed;
  }
  return onlyNeeded(isMuchLarger ? cheapest(needed, line, next) : line, needed);
}

function cheapest(
  needed: number,
  first: readonly Candidate[],
  next: () => Candidate | undefined,
): readonly Candidate[] {
  const line = [...first];
  const small = line.filter(({ size }) => size <= needed);
  let smallRoom = sumOf(small, sizeOf);
  while (smallRoom < needed && line.length < first.length + secondLook) {
    const candidate = next();
    if (candidate === undefined) break;
    line.push(candidate);
    if (candidate.size > needed) continue;
    small.push(candidate);
    smallRoom += candidate.size;
  }
  let best = first;
  if (smallRoom >= needed) best = cheaper(best, enoughOf(small, needed));
  for (const candidate of line) if (candidate.size >= needed) best = cheaper(best, [candidate]);
  return best;
}

function cheaper(one: readonly Candidate[], other: readonly Candidate[]): readonly Candidate[] {
  return sumOf(other, costOf) < sumOf(one, costOf) ? other : one;
}

/** The first ones that together have room. */
function enoughOf(line: readonly Candidate[], needed: number): readonly Candidate[] {
  let room = 0;
  const end = line.findIndex(({ size }) => {
    room += size;
    return room >= needed;
  });
  return line.slice(0, end + 1);
}

/** Puts back what is not needed, from the dearest on. */
function onlyNeeded(line: readonly Candidate[], needed: number): readonly Candidate[] {
  if (line.length === 1) return line;
  let spare = sumOf(line, sizeOf) - needed;
  const kept: Candidate[] = [];
  for (let at = line.length - 1; at >= 0; at--) {
    // An index below the length.
    const candidate = line[at] as Candidate;
    if (candidate.size <= spare) spare -= candidate.size;
    else kept.push(candidate);
  }
  return kept.reverse();
}

function sizeOf({ size }: Candidate): number {
  return size;
}

function costOf({ cost }: Candidate): number {
  return cost;
}

function sumOf(line: readonly Candidate[], of: (candidate: Candidate) => number): number {
  let sum = 0;
  for (const candidate of line) sum += of(candidate);
  return sum;
}
