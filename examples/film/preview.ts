/**
 * An animated picture of the first frames of a film, to look at without a player. It holds those frames in memory, and
 * no more: a film of any length has the same preview.
 */
import sharp from 'sharp';
import { toRgb } from './color.ts';
import type { FilmFormat } from './y4m.ts';

export class Preview {
  readonly #format: FilmFormat;
  readonly #framesMax: number;
  readonly #frames: Uint8Array[] = [];

  constructor(format: FilmFormat, framesMax: number) {
    this.#format = format;
    this.#framesMax = framesMax;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** Takes a frame, if there is still room. */
  add(frame: Uint8Array): void {
    if (this.#frames.length < this.#framesMax) this.#frames.push(toRgb(frame, this.#format));
  }

  /** As an animated WebP that repeats for ever. */
  async encode(): Promise<Uint8Array> {
    const { width, height } = this.#format;
    const pages = Buffer.concat(this.#frames);
    const raw = { width, height: height * this.#frames.length, channels: 3, pageHeight: height } as const;
    return sharp(pages, { raw })
      .webp({ loop: 0, delay: this.#frames.map(() => this.#frameMs()), quality: 85, effort: 3 })
      .toBuffer();
  }

  #frameMs(): number {
    const [frames = 0, seconds = 0] = (this.#format.rate ?? '0:0').split(':').map(Number);
    return frames === 0 ? 40 : Math.max(10, Math.round((1000 * seconds) / frames));
  }
}
