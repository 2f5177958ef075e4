/**
 * Makes a fresh clone ready: installs what package-lock.json names and builds what src/ says, each only when it changed.
 * `npm start`, `npm test` and the other scripts call it first; it is silent when there is nothing to do.
 *
 * Not here: anything that needs a package of node_modules, because there may be none yet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, 'node_modules', '.cache', 'fenceline');
const nodeLeast = [20, 19];

checkNode();
install();
build('src', ['src', 'tsconfig.base.json', 'tsconfig.json'], 'dist', 'tsconfig.json');
build(
  'programs',
  ['examples', 'bench', 'casebook', 'test', 'src', 'tsconfig.base.json', 'tsconfig.programs.json'],
  'build',
  'tsconfig.programs.json',
);

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > nodeLeast[0] || (major === nodeLeast[0] && minor >= nodeLeast[1])) return;
  fail(`Fenceline needs Node ${nodeLeast.join('.')} or newer, and this is Node ${process.versions.node}.`);
}

/** `npm ci`, if node_modules is missing or was not made from this package-lock.json. */
function install() {
  const hash = hashOf(['package.json', 'package-lock.json']);
  if (isStamped('install', hash) && existsSync(join(root, 'node_modules', 'typescript'))) return;
  if (!existsSync(join(root, 'node_modules', '.bin')) || !matchesLock()) {
    console.error('Installing the development dependencies (once, about half a minute) ...');
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  stamp('install', hash);
}

/**
 * True if npm itself wrote node_modules from the versions that the lock names: so a developer who has just run
 * `npm install` does not pay for a second installation.
 */
function matchesLock() {
  const written = readJson('node_modules/.package-lock.json')?.packages;
  const wanted = readJson('package-lock.json')?.packages;
  if (!written || !wanted) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || written[path]?.version === entry.version || (entry.optional === true && !(path in written)),
  );
}

/** Runs tsc, if a source changed since the last build that succeeded. Files whose source is gone are removed. */
function build(name, sources, folder, project) {
  const files = sources.flatMap(filesBelow).filter((path) => /\.(ts|json)$/.test(path));
  if (name === 'programs' && !files.some(isProgram)) return;
  const hash = hashOf(files);
  if (isStamped(name, hash) && existsSync(join(root, folder))) return;
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`The build failed (tsc -p ${project}, exit code ${status}). The errors are above.`);
  removeOrphans(folder);
  stamp(name, hash);
}

/** What tsconfig.programs.json includes: with none of them there is nothing to build, which tsc calls an error. */
function isProgram(path) {
  return /^(examples|bench|casebook)\/.*\.ts$|^test\/.*\.(kernels|agent)\.ts$/.test(path);
}

/** An output whose source was renamed or deleted would still be imported, and tests would pass on a ghost. */
function removeOrphans(folder) {
  const origin = folder === 'dist' ? 'src' : '.';
  for (const path of filesBelow(folder)) {
    if (!/\.(js|d\.ts)(\.map)?$/.test(path)) continue;
    const source = join(origin, path.slice(folder.length + 1).replace(/\.(js|d\.ts)(\.map)?$/, '.ts'));
    if (!existsSync(join(root, source))) rmSync(join(root, path));
  }
}

function filesBelow(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      return entry.isDirectory() ? below(name) : [name];
    });
  return /\.\w+$/.test(path) ? [path] : below(path).sort();
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function isStamped(name, hash) {
  const path = join(stamps, `${name}.stamp`);
  return existsSync(path) && readFileSync(path, 'utf8') === hash;
}

function stamp(name, hash) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, `${name}.stamp`), hash);
}

function readJson(path) {
  const full = join(root, path);
  return existsSync(full) ? JSON.parse(readFileSync(full, 'utf8')) : undefined;
}

function npm(args) {
  const viaNpm = process.env.npm_execpath;
  const [command, first] = viaNpm?.endsWith('.js') ? [process.execPath, [viaNpm]] : ['npm', []];
  const { status } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`npm ${args[0]} failed (exit code ${status}). The reason is above; is there a network?`);
}

function fail(message) {
  console.error(`fenceline: ${message}`);
  process.exit(1);
}
