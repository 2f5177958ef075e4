/**
 * The victim as one file, packed from the files that ship as users' bundlers do it: starting a thread is most of what a
 * kill costs, and loading a hundred modules is most of that.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterFile } from '../after-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Beside the files that it is made of, and this process's own: in `npm run test:all` another one packs at the same time. */
const folder = `packed-${process.pid}`;

/** Where the packed victim is, as seen from the folder of the others. */
export const packedVictim: string = `${folder}/victim.agent.js`;

/** Packs it; gone after the test file. */
export async function packVictim(): Promise<void> {
  const outDir = `build/test/kills/${folder}`;
  afterFile(async () => rmSync(`${root}${outDir}`, { recursive: true, force: true }));
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: 'build/test/kills/victim.agent.js',
      outDir,
      minify: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
    ssr: { noExternal: true },
  });
}
