/** A small server on localhost: the same files with the headers of isolation below /isolated/, without below /plain/. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  readonly isolated: string;
  readonly plain: string;
  close(): Promise<void>;
}

export async function serveSite(files: ReadonlyMap<string, string>): Promise<Site> {
  const server = createServer((request, response) => {
    const [, folder, ...rest] = (request.url ?? '').split('/');
    if (folder === 'isolated') {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    const name = rest.join('/') || 'index.html';
    const content = files.get(name);
    response.statusCode = content === undefined ? 404 : 200;
    response.setHeader('Content-Type', name.endsWith('.html') ? 'text/html' : 'text/javascript');
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { isolated: `http://localhost:${port}/isolated/`, plain: `http://localhost:${port}/plain/`, close };
}
