/**
 * `npm run bench [-- --smoke] [--json FILE] [--only NAME,...]`: the library against hand-written limits and against other
 * libraries, side by side. Prints a table; what the rows mean is in docs/bench.md.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { status } = spawnSync(process.execPath, [join('build', 'bench', 'main.js'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
