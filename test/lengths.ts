/** How much of a list tests go through: `npm run test:all` takes all of it, `npm test` the first few. */
export const isLong: boolean = process.env.FENCELINE_LONG === '1';

/** How long an exploration may take that has to be complete: far more than on idle cores. `npm test` has those alone that take a second. */
export const completeWithin: { readonly seconds: number } = { seconds: isLong ? 300 : 60 };

/** Whether every planted bug is looked for, or one of each list: FENCELINE_PLANTED=all looks for all (minutes). */
export const looksForAllPlanted: boolean = process.env.FENCELINE_PLANTED === 'all';

/** `T`: rows of tables are tuples. */
export function firstFew<T extends unknown[] | [unknown]>(cases: readonly T[], count: number): readonly T[] {
  return isLong ? cases : cases.slice(0, count);
}
