/**
 * How far a shared WebAssembly.Memory can grow. No engine says its maximum, but linking compares it: a module that
 * imports a memory of at most so many pages is refused one that may become larger.
 */

/** False if the memory's maximum is known to be below so many pages. */
export function mayGrowTo(memory: WebAssembly.Memory, pages: number): boolean {
  if (memory.buffer.byteLength >= pages * pageBytes) return true;
  try {
    const module = new WebAssembly.Module(new Uint8Array(moduleWithMemory(pages - 1)));
    new WebAssembly.Instance(module, { m: { m: memory } });
    return false;
  } catch {
    // The link error; or this page may not compile, and then it is not known.
    return true;
  }
}

const pageBytes = 64 * 1024;

/** A module whose only content is the import `m.m`: a shared memory of at least 0 and at most `maximum` pages. */
function moduleWithMemory(maximum: number): number[] {
  const entry = [1, 1, 0x6d, 1, 0x6d, 2, 3, 0, ...leb(maximum)];
  return [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, entry.length, ...entry];
}

/** An unsigned number in base 128, low digits first. */
function leb(number: number): number[] {
  return number < 128 ? [number] : [128 + (number % 128), ...leb(Math.floor(number / 128))];
}
