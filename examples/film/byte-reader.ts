/**
 * Takes a stream of pieces apart as lines and exact numbers of bytes, keeping at most one piece.
 */
import { FilmError } from './y4m.ts';

const newline = 10;

export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#pieces = stream[Symbol.asyncIterator]();
  }

  /** A line of ASCII without its newline, or undefined if the stream ends here. `what` names it in errors. */
  async line(bytesMax: number, what: string): Promise<string | undefined> {
    let text = '';
    while (await this.#more()) {
      const end = this.#piece.indexOf(newline, this.#at);
      const stop = end < 0 ? this.#piece.length : end;
      if (text.length + stop - this.#at >= bytesMax) {
        throw new FilmError(`${what} has no end within ${bytesMax} bytes.`);
      }
      text += String.fromCharCode(...this.#piece.subarray(this.#at, stop));
      this.#at = stop;
      if (end >= 0) {
        this.#at++;
        return text;
      }
    }
    if (text === '') return undefined;
    throw new FilmError(`${what} is cut off: the film ends within it.`);
  }

  /** Fills all of `into`. Throws a FilmError if the stream ends before. */
  async fill(into: Uint8Array, what: string): Promise<void> {
    let filled = 0;
    while (filled < into.length) {
      if (!(await this.#more())) {
        throw new FilmError(`${what} is cut off: it has ${filled} of ${into.length} bytes.`);
      }
      const part = this.#piece.subarray(this.#at, this.#at + into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
  }

  /** Lets the source go, if it has not ended. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #more(): Promise<boolean> {
    while (this.#at === this.#piece.length) {
      const step = await this.#pieces.next();
      if (step.done) return false;
      this.#piece = step.value;
      this.#at = 0;
    }
    return true;
  }
}
