// What must be there before the project can run: packages, compiled JavaScript, a browser for the tests that need one.
// Plain Node without dependencies and without a shell, so that it works on a fresh clone and on Windows.
// Everything it says goes to standard error: standard output belongs to the command that is started.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Folders that are compiled: the `include` of tsconfig.build.json. */
const ROOMS = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')).include;

export class PrepareError extends Error {}

function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a program to its end, its output on our standard error. Throws PrepareError unless it ends with 0. */
function must(program, args, options = {}) {
  const { status, error, signal } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error !== undefined) throw new PrepareError(`${program} could not be started: ${error.message}`);
  if (status !== 0) throw new PrepareError(`${program} ${args.join(' ')} ended with ${signal ?? String(status)}`);
}

/** Path of npm's own JavaScript, so that no shell and no `npm.cmd` is needed; undefined if it is not where Node puts it. */
function npmScript() {
  const beside = dirname(process.execPath);
  return [
    process.env.npm_execpath,
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => path !== undefined && path.endsWith('npm-cli.js') && existsSync(path));
}

/** Runs npm. Throws PrepareError unless it ends with 0. */
export function npm(args, options = {}) {
  const script = npmScript();
  if (script === undefined) must('npm', args, { shell: process.platform === 'win32', ...options });
  else must(process.execPath, [script, ...args], options);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Why node_modules is not what package-lock.json asks for; undefined if it is. Packages for other platforms may be absent. */
export function staleModules() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  if (wanted === undefined) throw new PrepareError('package-lock.json is missing or cannot be read');
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (present === undefined) return 'node_modules is missing';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const here = present[path];
    if (here === undefined && (entry.optional === true || entry.peer === true)) continue;
    if (here?.version !== entry.version) return `${path} is not ${entry.version}`;
    if (entry.link !== true && !existsSync(join(root, path, 'package.json'))) return `${path} is missing`;
  }
  return undefined;
}

/** Installs what package-lock.json names, if it is not there. Throws PrepareError. */
export function ensureModules() {
  const reason = staleModules();
  if (reason === undefined) return;
  say(`${reason}: npm ci`);
  // --include=dev: the compiler is a development dependency, and NODE_ENV=production would leave it out.
  npm(['ci', '--include=dev']);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Names, sizes and times of all that is compiled: equal as long as nothing has to be compiled again. */
function fingerprint() {
  const sources = [join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json'), join(root, 'package-lock.json')];
  for (const room of ROOMS) {
    if (!existsSync(join(root, room))) continue;
    for (const path of filesBelow(join(root, room))) {
      if (/\.ts$|\.json$/.test(path) && !path.endsWith('.test.ts')) sources.push(path);
    }
  }
  const hash = createHash('sha256');
  for (const path of sources.toSorted((a, b) => (a < b ? -1 : 1))) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Removes compiled files whose source is gone: they would be packed, and a deleted module would still resolve. */
function prune(dist) {
  for (const path of filesBelow(dist)) {
    const source = relative(dist, path).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (source.endsWith('.ts') && !existsSync(join(root, source))) rmSync(path);
  }
}

/** Compiles into dist/ if sources changed since the last time. Throws PrepareError. */
export function ensureBuild() {
  const dist = join(root, 'dist');
  const stamp = join(dist, '.stamp');
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  say('compiling');
  must(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  if (!existsSync(dist)) throw new PrepareError('nothing was compiled');
  prune(dist);
  writeFileSync(stamp, wanted);
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge'];

function browserOnPath() {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of BROWSERS) {
      for (const ending of endings) {
        const path = join(folder, name + ending);
        if (folder !== '' && existsSync(path)) return path;
      }
    }
  }
  return undefined;
}

/** True if a test of the tree drives a browser. */
export function needsBrowser() {
  const folder = join(root, 'test');
  return existsSync(folder) && [...filesBelow(folder)].some((path) => path.endsWith('.browser.test.ts'));
}

/** Path of a Chromium; installs Debian's where that is possible. Throws PrepareError that says what to do. */
export function ensureBrowser() {
  const found = process.env.CHROMIUM_PATH ?? browserOnPath();
  if (found !== undefined) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('no browser: apt-get install chromium');
    must('apt-get', ['update', '-qq']);
    must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
    const installed = browserOnPath();
    if (installed !== undefined) return installed;
  }
  throw new PrepareError('tests need Chromium: install it so that it is on PATH, or name it in CHROMIUM_PATH');
}
