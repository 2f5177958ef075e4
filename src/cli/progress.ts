// Progress on standard error: a bar that redraws itself on a terminal, lines now and then anywhere else.
import { printBytes } from '../base/units.ts';

/** Where progress goes: process.stderr, or what a test stands in for it. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barPeriodMs = 80;
const linePeriodMs = 2000;
const barWidth = 28;

export class Progress {
  readonly #screen: Screen;
  readonly #isBar: boolean;
  readonly #now: () => number;
  readonly #startedMs: number;
  #drawnMs: number;
  #isDrawn = false;
  #items = 0;
  #fraction: number | undefined;

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#isBar = screen.isTTY === true;
    this.#now = now;
    this.#startedMs = now();
    this.#drawnMs = this.#isBar ? Number.NEGATIVE_INFINITY : this.#startedMs;
  }

  get items(): number {
    return this.#items;
  }

  get elapsedMs(): number {
    return this.#now() - this.#startedMs;
  }

  /** Some items are done; `fraction` of the whole run lies behind, or undefined where nobody can know. */
  advance(items: number, fraction: number | undefined): void {
    this.#items += items;
    this.#fraction = fraction;
    const now = this.#now();
    if (now - this.#drawnMs < (this.#isBar ? barPeriodMs : linePeriodMs)) return;
    this.#drawnMs = now;
    this.#draw();
  }

  /** An output is complete. */
  wrote(name: string, sizeBytes: number): void {
    if (!this.#isBar) this.#screen.write(`wrote ${name} (${printBytes(sizeBytes)})\n`);
  }

  /** Takes the bar away; what is printed next stands on a line of its own. */
  end(): void {
    if (this.#isDrawn) this.#screen.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  #draw(): void {
    const status = this.#status();
    if (!this.#isBar) {
      this.#screen.write(`${status}\n`);
      return;
    }
    const filled = this.#fraction === undefined ? undefined : Math.round(Math.min(1, this.#fraction) * barWidth);
    const bar = filled === undefined ? '' : `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}] `;
    this.#screen.write(`\r${(bar + status).slice(0, (this.#screen.columns ?? 80) - 1)}\x1b[K`);
    this.#isDrawn = true;
  }

  #status(): string {
    const percent = this.#fraction === undefined ? '' : `${Math.floor(Math.min(1, this.#fraction) * 100)} %, `;
    const rate = this.#items / Math.max(0.001, this.elapsedMs / 1000);
    return `${percent}${this.#items} ${this.#items === 1 ? 'item' : 'items'}, ${rate.toFixed(1)}/s`;
  }
}
