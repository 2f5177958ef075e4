/** Which cell operations of each source were executed, and which never. */

import type { Site } from './operations.ts';
import { operationNames } from './operations.ts';
import type { ModuleCoverage } from './report.ts';
import { shownPath } from './sources.ts';

export function coverageOf(sites: readonly Site[], reached: Uint8Array): readonly ModuleCoverage[] {
  const byFile = new Map<string, { reached: string[]; unreached: string[] }>();
  for (const { id, code, file, line, column, within } of sites) {
    const name = operationNames[code];
    if (name === undefined) continue;
    const lists = byFile.get(file) ?? { reached: [], unreached: [] };
    byFile.set(file, lists);
    lists[reached[id] === 1 ? 'reached' : 'unreached'].push(`${line}:${column} ${name} in ${within}`);
  }
  return [...byFile].map(([file, lists]) => ({ file: shownPath(file), ...lists }));
}

/** What was never executed, one line each, for people. */
export function unreachedLines(coverage: readonly ModuleCoverage[]): readonly string[] {
  return coverage.flatMap(({ file, unreached }) => unreached.map((one) => `${file}:${one}`));
}
