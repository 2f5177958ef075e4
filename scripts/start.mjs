/** `npm start`: shows the main job. Prints what it runs, so that the same can be typed by hand. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const shows = [
  ['darkroom', 'build/examples/darkroom/pipeline.js'],
  ['film', 'build/examples/film/pipeline.js'],
];
const cli = 'dist/cli/main.js';
const present = shows.filter(([, module]) => existsSync(cli) && existsSync(module));
if (present.length === 0) {
  console.log(
    'No example pipeline is part of this version yet. `npm test` checks the library; README.md says how to use it.',
  );
}
for (const [name, module] of present) {
  const args = [cli, 'run', module, '--out', `out/${name}`];
  console.log(`$ node ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
