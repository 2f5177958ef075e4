/** A priority as a word of shared memory: any number but NaN, kept as a float32, in words whose order as integers is that of the numbers. */

/** The word of a priority. */
export function wordOfPriority(priority: number): number {
  // Adding 0 makes 0 of -0, which is before it.
  const floats = new Float32Array([priority + 0]);
  return inOrder(new Int32Array(floats.buffer)[0] ?? 0);
}

/** The priority of a word. */
export function priorityOfWord(word: number): number {
  const words = new Int32Array([inOrder(word)]);
  return new Float32Array(words.buffer)[0] ?? 0;
}

/** Floats below 0 are in reverse order as integers. Its own inverse. */
function inOrder(word: number): number {
  return word < 0 ? word ^ 0x7fffffff : word;
}
