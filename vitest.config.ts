/**
 * How the tests run: from source, against the built library in dist/, in processes, not threads (a test may block its
 * main thread, which a worker of the runner could not). `*.long.test.ts` belong to `npm run test:all` alone, and so do
 * `*.alone.test.ts`, which measure and therefore run with nothing beside them.
 */
import { defineConfig } from 'vitest/config';

const runsLong = process.env.FENCELINE_LONG === '1';
const runsAlone = process.env.FENCELINE_ALONE === '1';

export default defineConfig({
  test: {
    include: [runsAlone ? 'test/**/*.alone.test.ts' : 'test/**/*.test.ts'],
    exclude: [
      'test/types/programs/**',
      ...(runsLong ? [] : ['test/**/*.long.test.ts']),
      ...(runsAlone ? [] : ['test/**/*.alone.test.ts']),
    ],
    setupFiles: ['test/after-file.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A process a file costs half a second each: in `npm test` two processes run all of them, one file after the other.
    isolate: runsLong,
    testTimeout: runsLong ? 600_000 : 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 5_000,
    // The shipped files run as Node runs them, untransformed: one copy per thread, the same in tests and in workers.
    server: { deps: { external: [/\/dist\//, /\/build\//] } },
  },
});
