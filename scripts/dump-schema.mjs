/** `node scripts/dump-schema.mjs`: writes docs/memory-dump.schema.json from src/dump/schema.ts, once that is built. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dumpSchema } from '../dist/dump/schema.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const path = join('docs', 'memory-dump.schema.json');

writeFileSync(join(root, path), `${JSON.stringify(dumpSchema, null, 2)}\n`);
const { status } = spawnSync('npx', ['--no-install', 'biome', 'format', '--write', path], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
