/** The header of a film: what is taken, what is refused and how, and films that end at every byte. */
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../examples/film/byte-reader.ts';
import {
  checkFrameHeader,
  FilmError,
  frameBytes,
  headerBytesMax,
  parseHeader,
  planesOf,
  printHeader,
} from '../../examples/film/y4m.ts';

describe('the header of a film', () => {
  test.each([
    ['YUV4MPEG2 W640 H360', { width: 640, height: 360, rate: undefined, aspect: undefined, color: '420' }],
    ['YUV4MPEG2 W640 H360 F25:1 Ip A1:1 C420jpeg XYSCSS=420JPEG', { rate: '25:1', aspect: '1:1', color: '420jpeg' }],
    ['YUV4MPEG2 H360 W640 C422 I? A0:0 F0:0', { rate: '0:0', aspect: '0:0', color: '422' }],
    ['YUV4MPEG2 C444 W1 H1 F30000:1001', { width: 1, height: 1, rate: '30000:1001', color: '444' }],
    ['YUV4MPEG2 W16384 H16384 Cmono Xa Xb', { width: 16384, color: 'mono', comments: ['a', 'b'] }],
  ])('permits %s', (line, wanted) => {
    expect(parseHeader(line)).toMatchObject(wanted);
  });

  test.each([
    ['', "It does not begin with 'YUV4MPEG2 ', so it is no y4m film."],
    ['YUV4MPEG W2 H2', "It does not begin with 'YUV4MPEG2 ', so it is no y4m film."],
    ['YUV4MPEG2', 'The header has no width (W).'],
    ['YUV4MPEG2 W640', 'The header has no height (H).'],
    ['YUV4MPEG2 W640 H0', "The height '0' is not a whole number from 1 to 16384."],
    ['YUV4MPEG2 W16385 H2', "The width '16385' is not a whole number from 1 to 16384."],
    ['YUV4MPEG2 W-4 H2', "The width '-4' is not a whole number from 1 to 16384."],
    ['YUV4MPEG2 W4.5 H2', "The width '4.5' is not a whole number from 1 to 16384."],
    ['YUV4MPEG2 W04 H2', "The width '04' is not a whole number from 1 to 16384."],
    ['YUV4MPEG2 W1e3 H2', "The width '1e3' is not a whole number from 1 to 16384."],
    ['YUV4MPEG2 W4 W4 H2', "The header has two tokens 'W'."],
    ['YUV4MPEG2 W4 H2 Q7', "The header has an unknown token 'Q7'."],
    ['YUV4MPEG2 W4  H2', "The header has an unknown token ''."],
    ['YUV4MPEG2 W4 H2 F25', "The frame rate '25' (F) is not two whole numbers such as 25:1."],
    ['YUV4MPEG2 W4 H2 F25:0', "The frame rate '25:0' (F) is not two whole numbers such as 25:1."],
    ['YUV4MPEG2 W4 H2 A1', "The pixel aspect '1' (A) is not two whole numbers such as 25:1."],
    ['YUV4MPEG2 W4 H2 It', 'The film is interlaced (It); only progressive ones are taken.'],
    ['YUV4MPEG2 W4 H2 Iq', "The interlacing 'Iq' is unknown."],
    ['YUV4MPEG2 W4 H2 C420p10', "The colour space '420p10' is not taken; taken are "],
    ['YUV4MPEG2 W4 H2 CtoString', "The colour space 'toString' is not taken; taken are "],
  ])('forbids %s', (line, sentence) => {
    expect(() => parseHeader(line)).toThrow(FilmError);
    expect(() => parseHeader(line)).toThrow(sentence);
  });

  test('what is printed is read as the same', () => {
    const format = parseHeader('YUV4MPEG2 W7 H5 F24:1 Ip A4:3 C422 Xhello');
    expect(parseHeader(printHeader(format).trimEnd())).toEqual(format);
  });

  test('a header that is cut off is refused, except where what is left is a header', () => {
    const whole = 'YUV4MPEG2 W640 H360 F25:1 Ip A1:1 C420jpeg';
    const taken = Array.from(whole, (_, length) => whole.slice(0, length)).filter((cut) => {
      try {
        return parseHeader(cut).width === 640;
      } catch (error) {
        expect(error).toBeInstanceOf(FilmError);
        return false;
      }
    });
    const size = 'YUV4MPEG2 W640 H';
    const rest = ['3', '36', '360', '360 F25:1', '360 F25:1 Ip', '360 F25:1 Ip A1:1', '360 F25:1 Ip A1:1 C420'];
    expect(taken).toEqual(rest.map((end) => size + end));
  });
});

describe('the header of a frame', () => {
  test.each(['FRAME', 'FRAME Ippp', 'FRAME Xanything X2'])('permits %s', (line) => {
    expect(() => checkFrameHeader(line, 3)).not.toThrow();
  });

  test.each([
    ['', "Frame 3 does not begin with 'FRAME'."],
    ['FRAMES', "Frame 3 does not begin with 'FRAME'."],
    ['FRAME Q', "Frame 3 has an unknown parameter 'Q'."],
    ['FRAME ', "Frame 3 has an unknown parameter ''."],
  ])('forbids %j', (line, sentence) => {
    expect(() => checkFrameHeader(line, 3)).toThrow(sentence);
  });
});

describe('planes', () => {
  test.each([
    ['420', 7, 5, [35, 12, 12]],
    ['422', 7, 5, [35, 20, 20]],
    ['444', 7, 5, [35, 35, 35]],
    ['mono', 7, 5, [35]],
  ])('of %s at %i x %i have these bytes', (color, width, height, wanted) => {
    const format = parseHeader(`YUV4MPEG2 W${width} H${height} C${color}`);
    expect(planesOf(format).map((plane) => plane.width * plane.height)).toEqual(wanted);
    expect(frameBytes(format)).toBe(wanted.reduce((sum, bytes) => sum + bytes, 0));
  });
});

describe('a stream of bytes', () => {
  const text = 'YUV4MPEG2 W2 H2 Cmono\nFRAME\nabcdFRAME\nefgh';
  async function* pieces(whole: string, length: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < whole.length; at += length) yield Buffer.from(whole.slice(at, at + length));
  }
  async function readAll(reader: ByteReader): Promise<readonly string[]> {
    const found = [(await reader.line(headerBytesMax, 'The header')) ?? 'nothing'];
    for (;;) {
      const header = await reader.line(headerBytesMax, 'The header of a frame');
      if (header === undefined) return found;
      const frame = new Uint8Array(4);
      await reader.fill(frame, 'A frame');
      found.push(header, Buffer.from(frame).toString());
    }
  }

  test.each([1, 2, 3, 7, 22, 1000])('is taken apart alike in pieces of %i bytes', async (length) => {
    const found = await readAll(new ByteReader(pieces(text, length)));
    expect(found).toEqual(['YUV4MPEG2 W2 H2 Cmono', 'FRAME', 'abcd', 'FRAME', 'efgh']);
  });

  test('that ends at any byte ends between frames or is refused with a sentence', async () => {
    const whole = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    const fine = [0, whole[0], text.indexOf('dF') + 1];
    for (let length = 0; length < text.length; length++) {
      const reading = readAll(new ByteReader(pieces(text.slice(0, length), 3)));
      if (fine.includes(length)) await expect(reading).resolves.toBeDefined();
      else await expect(reading).rejects.toThrow(/is cut off/);
    }
  });

  test('with no newline within the limit is refused, not read for ever', async () => {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(100).fill(65);
    };
    await expect(new ByteReader(endless()).line(headerBytesMax, 'The header')).rejects.toThrow(
      'The header has no end within 1024 bytes.',
    );
  });
});
