/** The tiny job as a kernel. */
import { kernel, read, serve, update } from 'fenceline';
import { addBytes } from './add.ts';

const add = kernel({ source: read('u8', ['bytes']), target: update('u8', ['bytes']) }, ({ source, target }) => {
  // A view of a buffer that is only read is a Uint8Array whose type forbids writing.
  addBytes(source.data as unknown as Uint8Array, target.data);
});

export default serve({ add });
