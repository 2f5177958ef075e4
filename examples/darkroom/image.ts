/**
 * Image files to raw pixels and back, by sharp. Settings that could make the bytes of an output depend on the machine
 * are fixed here.
 */
import sharp from 'sharp';
import type { Size } from '../bytes.ts';

// One thread per image and no cache: the workers are what is parallel here, and memory stays flat over long runs.
sharp.concurrency(1);
sharp.cache(false);

/** A truncated file is an error, not a half-gray image; more pixels would not fit the sums of the kernels. */
const strictly = { failOn: 'warning', limitInputPixels: 64 * 1024 * 1024 } as const;

export interface Photo {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly size: Size;
}

/** Reads the header only, so that memory can be reserved before there are pixels. */
export async function openPhoto(name: string, bytes: Uint8Array): Promise<Photo> {
  const { format, autoOrient } = await reading(name, () => sharp(bytes, strictly).metadata());
  if (format !== 'jpeg' && format !== 'png') {
    throw new Error(`The image '${name}' is neither a JPEG nor a PNG (it looks like ${format}).`);
  }
  return { name, bytes, size: { width: autoOrient.width, height: autoOrient.height } };
}

/** Decodes into `pixels`: RGB, upright, on white where the image is transparent. */
export async function decodeInto(name: string, bytes: Uint8Array, pixels: Uint8Array): Promise<void> {
  const upright = () => sharp(bytes, strictly).autoOrient().flatten({ background: '#ffffff' });
  const decoded = await reading(name, () => upright().toColourspace('srgb').raw().toBuffer());
  if (decoded.length !== pixels.length) throw new Error(`The image '${name}' is not of the size that its header says.`);
  pixels.set(decoded);
}

/** Pixels to PNG, gray or RGB. The same pixels give the same bytes: no metadata, no palette, one filter, one level. */
export async function encodePng(pixels: Uint8Array, { width, height }: Size, channels: number): Promise<Uint8Array> {
  const isGray = channels === 1;
  return sharp(pixels, { raw: { width, height, channels: isGray ? 1 : 3 } })
    .toColourspace(isGray ? 'b-w' : 'srgb')
    .png({ compressionLevel: 3, adaptiveFiltering: false, palette: false })
    .toBuffer();
}

/**
 * The longest that a PNG can get, so that memory can be reserved before there is one. What cannot be compressed is
 * stored, which costs a little for each row and each piece of the file.
 */
export function pngBytesMax({ width, height }: Size, channels: number): number {
  const raw = height * (1 + width * channels);
  return raw + Math.ceil(raw / 64) + 1024;
}

/** Puts the name of the image before what sharp says of it. */
async function reading<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]?.replace(/\.$/, '');
    throw new Error(`The image '${name}' cannot be read: ${reason}.`, { cause });
  }
}
