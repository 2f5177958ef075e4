/** Random numbers: the only place that makes any, so that the explorer and replays can choose them. */

/** A number that tells spaces of one machine apart: 53 bits. */
export function randomId(): number {
  const halves = crypto.getRandomValues(new Uint32Array(2));
  // Two elements were asked for.
  return (halves[0] as number) * 2 ** 21 + ((halves[1] as number) >>> 11);
}
