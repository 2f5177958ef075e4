/**
 * Captions for the contact sheet: capital letters, digits and a few signs, five by seven dots. Drawn here, so that a
 * sheet is the same bytes on every machine, whatever fonts it has.
 */
import type { Size } from '../bytes.ts';

/** Per sign seven rows, each one digit to the base of 32 whose bits are the dots from left to right. */
// biome-ignore format: a table reads better in rows
const signs: Readonly<Record<string, string>> = {
  A: 'ehhvhhh', B: 'uhhuhhu', C: 'ehggghe', D: 'uhhhhhu', E: 'vgguggv', F: 'vgguggg', G: 'ehgnhhf', H: 'hhhvhhh',
  I: 'e44444e', J: '72222ic', K: 'hikokih', L: 'ggggggv', M: 'hrllhhh', N: 'hhpljhh', O: 'ehhhhhe', P: 'uhhuggg',
  Q: 'ehhhlid', R: 'uhhukih', S: 'fgge11u', T: 'v444444', U: 'hhhhhhe', V: 'hhhhha4', W: 'hhhllla', X: 'hha4ahh',
  Y: 'hha4444', Z: 'v1248gv', 0: 'ehjlphe', 1: '4c4444e', 2: 'eh1248v', 3: 'v2421he', 4: '26aiv22', 5: 'vgu11he',
  6: '68guhhe', 7: 'v124888', 8: 'ehhehhe', 9: 'ehhf12c', '-': '000e000', '.': '00000cc', _: '000000v', ' ': '0000000',
  '?': 'eh12404',
};

const dotsWide = 6;
const dotsHigh = 7;

/** The room that a text takes, in pixels, where a dot is `scale` pixels. */
export function textSize(text: string, scale: number): Size {
  return { width: text.length * dotsWide * scale, height: dotsHigh * scale };
}

/** Draws a text into RGB pixels. What lies outside is cut off; a sign that is not known becomes a question mark. */
export function drawText(
  pixels: Uint8Array,
  size: Size,
  text: string,
  left: number,
  top: number,
  scale: number,
  color: readonly [number, number, number],
): void {
  for (const [position, sign] of [...text.toUpperCase()].entries()) {
    const rows = signs[sign] ?? 'eh12404';
    for (const [row, digit] of [...rows].entries()) {
      const bits = Number.parseInt(digit, 32);
      for (let dot = 0; dot < 5; dot++) {
        if ((bits >> (4 - dot)) & 1) {
          fillBox(pixels, size, left + (position * dotsWide + dot) * scale, top + row * scale, scale, scale, color);
        }
      }
    }
  }
}

/** Fills a rectangle of RGB pixels, clipped to the image. */
export function fillBox(
  pixels: Uint8Array,
  { width, height }: Size,
  left: number,
  top: number,
  across: number,
  down: number,
  color: readonly [number, number, number],
): void {
  const from = Math.max(0, left);
  const line = new Uint8Array(Math.max(0, Math.min(width, left + across) - from) * 3).map(
    (_, at) => color[at % 3] ?? 0,
  );
  for (let y = Math.max(0, top); y < Math.min(height, top + down); y++) pixels.set(line, (y * width + from) * 3);
}
