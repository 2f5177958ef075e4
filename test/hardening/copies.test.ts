/** Two copies of the package in one realm: as when two libraries of a program each bring their own. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FencelineError, Space } from 'fenceline';
import { expect, test } from 'vitest';
import { root } from '../tidy/source.ts';

test('copies of the package meet in the ambient space, and know each other’s errors and handles', async () => {
  const folder = join(root, 'build', 'hardening', 'copy');
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(root, 'dist'), folder, { recursive: true });
  const copy: typeof import('fenceline') = await import(join(folder, 'index.js'));
  expect(copy.Space).not.toBe(Space);
  const [mine, theirs] = [Space.ambient(), copy.Space.ambient()];
  expect(copy.Space.ambient()).toBe(theirs);
  const buffer = mine.buffer('i32', [2]);
  await buffer.set([1, 2]);
  const opened = theirs.open(buffer.handle as never) as unknown as typeof buffer;
  expect([...(await opened.get())]).toEqual([1, 2]);
  const error = await opened.set([1]).catch((reason: unknown) => reason);
  expect(FencelineError.is(error, 'EINVAL')).toBe(true);
  opened.dispose();
  buffer.dispose();
  await theirs.close();
  expect(Space.ambient()).toBe(mine);
  await mine.close();
  const next = copy.Space.ambient();
  await next.close();
});
