/**
 * The header of a `.y4m` film (YUV4MPEG2, as ffmpeg and mjpegtools write it), read strictly and written back.
 *
 * Taken: 8-bit planar 4:2:0 (any siting), 4:2:2, 4:4:4 and mono, progressive. Refused with a sentence each: other
 * colour spaces, interlaced films, a token that is unknown, malformed or given twice, a missing size.
 */

/** Bytes that the stream header, and the header of each frame, may take at most, its newline included. */
export const headerBytesMax = 1024;
const sideMax = 16384;

/** How planes relate to the picture: a chroma plane is the picture divided by these, rounded up; 0 means none. */
export interface Chroma {
  readonly across: number;
  readonly down: number;
}

export interface FilmFormat {
  readonly width: number;
  readonly height: number;
  /** `n:d` as written, undefined if the header has none. */
  readonly rate: string | undefined;
  readonly aspect: string | undefined;
  /** Colour space as written: `420jpeg`, `mono`, ... */
  readonly color: string;
  readonly chroma: Chroma;
  /** Comments (`X...`), kept as they came. */
  readonly comments: readonly string[];
}

/** What is wrong with a film, as one sentence. */
export class FilmError extends Error {}

const colors: Readonly<Record<string, Chroma>> = {
  '420': { across: 2, down: 2 },
  '420jpeg': { across: 2, down: 2 },
  '420mpeg2': { across: 2, down: 2 },
  '420paldv': { across: 2, down: 2 },
  '422': { across: 2, down: 1 },
  '444': { across: 1, down: 1 },
  mono: { across: 0, down: 0 },
};

/** Reads a stream header without its newline. Throws a FilmError. */
export function parseHeader(line: string): FilmFormat {
  const [magic, ...tokens] = line.split(' ');
  if (magic !== 'YUV4MPEG2') throw new FilmError("It does not begin with 'YUV4MPEG2 ', so it is no y4m film.");
  const found = new Map<string, string>();
  const comments: string[] = [];
  for (const token of tokens) {
    const [letter, value] = [token.slice(0, 1), token.slice(1)];
    if (letter === 'X') comments.push(value);
    else if (!'WHFIAC'.includes(letter) || letter === '')
      throw new FilmError(`The header has an unknown token '${token}'.`);
    else if (found.has(letter)) throw new FilmError(`The header has two tokens '${letter}'.`);
    else found.set(letter, value);
  }
  checkInterlacing(found.get('I'));
  const color = found.get('C') ?? '420';
  const chroma = Object.hasOwn(colors, color) ? colors[color] : undefined;
  if (!chroma) {
    throw new FilmError(`The colour space '${color}' is not taken; taken are ${Object.keys(colors).join(', ')}.`);
  }
  return {
    width: side('W', 'width', found.get('W')),
    height: side('H', 'height', found.get('H')),
    rate: ratio('F', 'frame rate', found.get('F')),
    aspect: ratio('A', 'pixel aspect', found.get('A')),
    color,
    chroma,
    comments,
  };
}

/** Writes the header of a film, its newline included. */
export function printHeader({ width, height, rate, aspect, color, comments }: FilmFormat): string {
  const tokens = [`W${width}`, `H${height}`];
  if (rate !== undefined) tokens.push(`F${rate}`);
  tokens.push('Ip');
  if (aspect !== undefined) tokens.push(`A${aspect}`);
  tokens.push(`C${color}`, ...comments.map((comment) => `X${comment}`));
  return `YUV4MPEG2 ${tokens.join(' ')}\n`;
}

/** Checks the header of one frame without its newline. Its parameters say nothing that a progressive film needs. */
export function checkFrameHeader(line: string, index: number): void {
  const [magic, ...tokens] = line.split(' ');
  if (magic !== 'FRAME') throw new FilmError(`Frame ${index} does not begin with 'FRAME'.`);
  const strange = tokens.find((token) => !/^[IX]./.test(token));
  if (strange !== undefined) throw new FilmError(`Frame ${index} has an unknown parameter '${strange}'.`);
}

/** Width and height of each plane of a frame, in the order in which they are stored. */
export function planesOf({ width, height, chroma }: Pick<FilmFormat, 'width' | 'height' | 'chroma'>): readonly Plane[] {
  const luma = { width, height };
  if (chroma.across === 0) return [luma];
  const small = { width: Math.ceil(width / chroma.across), height: Math.ceil(height / chroma.down) };
  return [luma, small, small];
}

export interface Plane {
  readonly width: number;
  readonly height: number;
}

/** Bytes of one frame without its header. */
export function frameBytes(format: Pick<FilmFormat, 'width' | 'height' | 'chroma'>): number {
  return planesOf(format).reduce((sum, { width, height }) => sum + width * height, 0);
}

function side(letter: string, name: string, text: string | undefined): number {
  if (text === undefined) throw new FilmError(`The header has no ${name} (${letter}).`);
  const value = Number(text);
  if (!/^[1-9]\d*$/.test(text) || value > sideMax) {
    throw new FilmError(`The ${name} '${text}' is not a whole number from 1 to ${sideMax}.`);
  }
  return value;
}

/** `n:d`, both positive, or `0:0` for unknown. */
function ratio(letter: string, name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '0:0' || /^[1-9]\d{0,9}:[1-9]\d{0,9}$/.test(text)) return text;
  throw new FilmError(`The ${name} '${text}' (${letter}) is not two whole numbers such as 25:1.`);
}

function checkInterlacing(text: string | undefined): void {
  if (text === undefined || text === 'p' || text === '?') return;
  if (['t', 'b', 'm'].includes(text))
    throw new FilmError(`The film is interlaced (I${text}); only progressive ones are taken.`);
  throw new FilmError(`The interlacing 'I${text}' is unknown.`);
}
