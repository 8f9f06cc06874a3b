// npm run lock: completes package-lock.json after dependencies were changed.
//
// A package such as a linter names one optional package for each platform. npm writes into the lock file only those that its registry
// could show, and `npm ci` then refuses the lock file as incomplete, on every machine. A registry mirror need not have packages
// for platforms that nobody there uses. So this adds what is missing, with the platform that the name tells: npm skips it elsewhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const path = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8'));

const OS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/** Whether Node would find `name` from the package at `from`: beside it, or in a folder above. */
function found(from, name) {
  for (
    let folder = from;
    folder !== '';
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))
  ) {
    if (lock.packages[`${folder}/node_modules/${name}`] !== undefined) return true;
  }
  return lock.packages[`node_modules/${name}`] !== undefined;
}

function entryFor(name, version, parent) {
  const words = name.split(/[-/@]/);
  const os = OS.filter((word) => words.includes(word));
  const cpu = CPU.filter((word) => words.includes(word));
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: ${version} is not an exact version`);
  if (os.length === 0 && cpu.length === 0) throw new Error(`${name}: its name tells no platform`);
  const libc = words.includes('musl') || words.includes('musleabihf') ? ['musl'] : [];
  if (words.includes('gnu') || words.includes('gnueabihf')) libc.push('glibc');
  return {
    version,
    ...(cpu.length === 0 ? {} : { cpu }),
    ...(parent.dev === true ? { dev: true } : {}),
    ...(libc.length === 0 ? {} : { libc }),
    optional: true,
    ...(os.length === 0 ? {} : { os }),
  };
}

let added = 0;
for (const [from, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (found(from, name)) continue;
    lock.packages[`node_modules/${name}`] = entryFor(name, version, entry);
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
if (added > 0) writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(
  added === 0 ? 'package-lock.json is complete' : `package-lock.json: ${added} packages of other platforms added`,
);
