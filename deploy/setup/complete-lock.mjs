// Completes package-lock.json: run it after `npm install` of a package. npm leaves out of the lock file what it could not
// see of other platforms' binaries, and `npm ci` then refuses the file; here they are added by what their parents ask for.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './support.mjs';

const OPERATING_SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/** Platform packages that a parent in the lock file asks for by exact version and that it lacks, as entries by path. */
export function missingPlatformPackages(lock) {
  const missing = {};
  for (const parent of Object.values(lock.packages)) {
    const siblings = Object.keys(parent.optionalDependencies ?? {});
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      const platform = platformOf(name, siblings);
      if (path in lock.packages || platform === undefined || !/^\d+\.\d+\.\d+/.test(version)) continue;
      missing[path] = { version, ...platform, ...(parent.dev && { dev: true }), optional: true };
    }
  }
  return missing;
}

/** What the name of a package says about where it runs. */
function platformOf(name, siblings) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const os = OPERATING_SYSTEMS.find((word) => words.includes(word));
  const cpu = PROCESSORS.find((word) => words.includes(word));
  if (os === undefined || cpu === undefined) return undefined;
  if (os !== 'linux') return { cpu: [cpu], os: [os] };
  if (words.includes('musl')) return { cpu: [cpu], libc: ['musl'], os: [os] };
  return siblings.includes(`${name}-musl`)
    ? { cpu: [cpu], libc: ['glibc'], os: [os] }
    : { cpu: [cpu], os: [os] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingPlatformPackages(lock);
  const { '': project, ...packages } = { ...lock.packages, ...missing };
  lock.packages = {
    '': project,
    ...Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  process.stdout.write(
    `added ${Object.keys(missing).length} packages of other platforms to package-lock.json\n`,
  );
}
