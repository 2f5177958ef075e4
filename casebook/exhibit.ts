/**
 * One exhibit of the casebook: a wrong design that somebody met, what a machine says about it, and the right design.
 *
 * An exhibit is a folder `NN-name` with `exhibit.ts` and the code that it names. Not here: judging (judge.ts), printing.
 */
import type { FailureKind } from 'fenceline/check';

/** What is to be found: a failure of the explorer, or a finding that a program reports (the validator's, as a rule). */
export type Verdict = FailureKind | 'finding';

/** A scenario for the explorer, or a program that runs on a real space; a path from the exhibit's folder. */
export type Code = { readonly scenario: string } | { readonly program: string };

export type Wrong = Code & {
  readonly verdict: Verdict;
  /** A part of the message. */
  readonly says: string;
  /** One to three sentences: what is wrong. */
  readonly text: string;
};

export type Right = Code & {
  /** One to three sentences: what makes it right. */
  readonly text: string;
};

export interface Exhibit {
  readonly title: string;
  /** The mail thread (`threads`). */
  readonly seed: keyof typeof threads;
  /** One line of it, word for word. */
  readonly quotation: string;
  readonly wrong: Wrong;
  readonly right: Right;
}

/** The five threads of Linux mailing lists that this library began with. */
export const threads = {
  '000': 'dma-fence: allow dma fence to have their own lock, the answers (May and June 2022)',
  '001': 'the importer side of unpinned DMA-buf handling: amdgpu and move_notify (February 2020)',
  '002': 'dma-fence: allow dma fence to have their own lock, the patch (May 2022)',
  '003': 'dma-buf: lock the reservation object during (un)map_dma_buf (July 2018)',
  '004': 'whether arrays of fences may be nested (December 2021)',
} as const;

/** What a program of an exhibit exports as `run`: it runs to its end, and reports each finding as a full sentence. */
export type Run = (report: (finding: string) => void) => Promise<void>;

/** Declares an exhibit: the default export of an `exhibit.ts`. */
export function exhibit(parts: Exhibit): Exhibit {
  return Object.freeze(parts);
}
