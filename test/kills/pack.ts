/**
 * The victim as one file, packed from the files that ship as users' bundlers do it: starting a thread is most of what a
 * kill costs, and loading a hundred modules is most of that.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function packVictim(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: 'build/test/kills/victim.agent.js',
      outDir: 'build/test/kills/packed',
      minify: false,
      rolldownOptions: { output: { codeSplitting: false } },
    },
    ssr: { noExternal: true },
  });
}
