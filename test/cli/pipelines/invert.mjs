/** Inverts every byte of every input. `--opt mark=x` is written into an output of its own; `--opt ahead=n`, as it says. */
import { pipeline } from 'fenceline/pipeline';
import { ahead } from 'fenceline/streams';

export default pipeline({
  kernels: new URL('./kernels.mjs', import.meta.url),
  accepts: ['.bin'],
  run: async function* (inputs, { space, pool, options, signal, admit, finished }) {
    const invert = async (input) => {
      const bytes = await input.bytes();
      const room = await admit(2 * bytes.length, `'${input.name}'`);
      const src = space.buffer('u8', [bytes.length]);
      const dst = src.like();
      const loaded = src.set(bytes);
      pool.run.invert({ src, dst });
      const [body] = await Promise.all([dst.get(), loaded]);
      for (const held of [src, dst, room]) held[Symbol.dispose]();
      return { name: `${input.name}.inverted`, body };
    };
    for await (const output of ahead(inputs, Number(options.get('ahead') ?? 4), invert, { signal })) {
      finished();
      yield output;
    }
    if (options.has('mark')) yield { name: 'mark.txt', body: Buffer.from(options.get('mark')) };
  },
});
