/** A pipeline that misbehaves as `--opt do=...` says, after one output that is right. */
import { pipeline } from 'fenceline/pipeline';

const deeds = {
  async *throws() {
    yield { name: 'first.txt', body: Buffer.from('first') };
    throw new Error('The pipeline gave up.');
  },
  async *kernelThrows({ space, pool }) {
    const dst = space.buffer('u8', [16]);
    pool.run.fail({ dst });
    yield { name: 'never.bin', body: await dst.get() };
  },
  async *namesNothing() {
    yield { body: Buffer.from('x') };
  },
  async *givesText() {
    yield { name: 'a.txt', body: 'text' };
  },
  async *forgetsToAwait() {
    void Promise.reject(new Error('Nobody awaited this.'));
    yield { name: 'a.txt', body: endless() };
  },
  async *streamsForEver() {
    yield { name: 'first.txt', body: Buffer.from('first') };
    yield { name: 'endless.bin', body: endless() };
  },
  async *isStuck() {
    yield { name: 'first.txt', body: Buffer.from('first') };
    process.stderr.write('stuck\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
};

async function* endless() {
  for (;;) {
    yield new Uint8Array(1024);
    process.stderr.write('.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export default pipeline({
  kernels: new URL('./kernels.mjs', import.meta.url),
  run: (_, context) => deeds[context.options.get('do')](context),
});
