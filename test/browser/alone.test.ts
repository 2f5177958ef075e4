/** Without SharedArrayBuffer the same API runs on one thread (design D12): seen here without a browser. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../tidy/source.ts';

test('a thread without shared memory does everything by itself, and exits', () => {
  const agent = join(root, 'build', 'test', 'browser', 'alone.agent.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, [agent], { encoding: 'utf8', timeout: 25_000 });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const { warnings, ...seen } = JSON.parse(stdout);
  expect(seen).toEqual({
    isShared: false,
    chained: [12, 14, 16, 18],
    split: [4],
    chain: ['EKERNEL', 'EINPUT'],
    others: [2, 4, 6, 8],
    cancelled: 'ECANCELED',
    blocking: 'EDEADLK',
    moved: [40, 60],
    fences: ['done', 'done', 'done'],
    joinsItself: true,
  });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('Cross-Origin-Embedder-Policy: require-corp');
}, 30_000);
