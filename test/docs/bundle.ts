/** A small application for browsers over the package, as the README tells bundlers' users to write it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const kernels = `
import { kernel, read, serve, write } from 'fenceline';
const invert = kernel({ src: read('u8', ['n']), dst: write('u8', ['n']) },
  ({ src, dst }) => src.data.forEach((gray, i) => { dst.data[i] = 255 - gray; }));
export default serve({ invert });
`;

const page = `
import { MiB, Space, workers } from 'fenceline';
import type kernels from './kernels.ts';
async function main(): Promise<string> {
  const space = Space.create({ budgetBytes: 16 * MiB });
  const pool = await workers<typeof kernels>(space, () => new Worker(new URL('./kernels.ts', import.meta.url), { type: 'module' }), { count: 2 });
  const src = space.buffer('u8', [16]), dst = src.like();
  await src.set(Uint8Array.from({ length: 16 }, (_, i) => i));
  pool.run.invert({ src, dst });
  return JSON.stringify({ isShared: space.isShared, data: [...await dst.get()] });
}
main().catch((error) => JSON.stringify({ error: String(error?.stack ?? error) }))
  .then((body) => fetch('/result', { method: 'POST', body }));
`;

/** Writes the application's sources into `folder`. */
export function writeApplication(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernels.ts'), kernels);
  writeFileSync(join(folder, 'main.ts'), page);
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="./main.ts"></script>');
}

export interface Site extends AsyncDisposable {
  readonly url: string;
  /** What the page posted, once it has. */
  readonly result: Promise<string>;
}

/** Serves built files, with the two headers of shared memory, and takes the result of the page. */
export async function serveSite(files: ReadonlyMap<string, string>): Promise<Site> {
  let settle: (text: string) => void = () => {};
  const result = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const server = createServer((request, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        settle(body);
        response.end();
      });
      return;
    }
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
    const content = files.get(name);
    response.statusCode = content === undefined ? 404 : 200;
    response.setHeader('Content-Type', name.endsWith('.html') ? 'text/html' : 'text/javascript');
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    result,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
