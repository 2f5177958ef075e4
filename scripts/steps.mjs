/** Runs named steps to the end of the list, whatever fails, and ends with one line that counts them, for .ci/run. */

/** @param {readonly (readonly [name: string, run: () => boolean])[]} steps each returns whether it passed */
export function runSteps(steps) {
  const failed = [];
  const times = [];
  for (const [name, run] of steps) {
    const startedAt = Date.now();
    const isPassed = runStep(name, run);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    times.push(`${isPassed ? 'ok    ' : 'FAILED'}  ${seconds.padStart(6)} s  ${name}`);
    console.log(times.at(-1));
    if (!isPassed) failed.push(name);
  }
  console.log(`\n${times.join('\n')}`);
  const passed = steps.length - failed.length;
  console.log(`\n Steps  ${failed.length > 0 ? `${failed.length} failed | ` : ''}${passed} passed (${steps.length})`);
  process.exitCode = failed.length > 0 || steps.length === 0 ? 1 : 0;
}

/** A step that throws has failed; the steps after it still run. */
function runStep(name, run) {
  try {
    return run();
  } catch (error) {
    console.error(`${name}:`, error);
    return false;
  }
}
