/**
 * Completes package-lock.json after `npm install`: names every optional dependency, also those for other platforms that
 * the registry at hand did not have. `npm ci` refuses a lock without them. Run it after changing a dependency; a tidy
 * test fails when it was forgotten. Added entries have no checksum; npm fills it in where it has the package.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { packages } = lock;
let added = 0;
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages) continue;
    packages[`node_modules/${name}`] = entryOf(name, version, entry.license);
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} entries added.`);

/** Its entry, in npm's order of fields. A package for one platform says so in its name: `binding-linux-x64-musl`. */
function entryOf(name, version, license) {
  const parts = (name.split('/').at(-1) ?? name).split('-');
  const cpu = processors.find((one) => parts.includes(one) || parts.includes(one === 'arm' ? 'arm' : `${one}le`));
  const os = systems.find((one) => parts.includes(one));
  if (!cpu || !os)
    throw new Error(`The optional dependency ${name} does not name a platform, so it cannot be completed.`);
  const libc = parts.some((part) => part.startsWith('musl'))
    ? 'musl'
    : parts.some((part) => part.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  const forLibc = libc && os === 'linux' ? { libc: [libc] } : {};
  return { version, cpu: [cpu], dev: true, ...forLibc, license, optional: true, os: [os] };
}
