// Finds a Python, and makes the two environments from it: .venv (what scripts run in by default) and python/_vendor
// (what the runtime itself needs, beside any interpreter that a user brings).
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hashOf, readOptional, root, run, SetupError, say, step, writeStamp } from './support.mjs';

const PYTHON_MIN = [3, 9];
const VENV = join(root, '.venv');
const VENV_PYTHON = join(VENV, 'bin/python');
const VENV_STAMP = join(VENV, '.mlsql-stamp');
const VENDOR = join(root, 'python/_vendor');
const REQUIREMENTS = join(root, 'deploy/setup/requirements.txt');
const REQUIREMENTS_DEV = join(root, 'deploy/setup/requirements-dev.txt');
const REQUIREMENTS_RUNTIME = join(root, 'deploy/setup/requirements-runtime.txt');
const PIP = [
  '-m',
  'pip',
  'install',
  '--quiet',
  '--disable-pip-version-check',
  '--no-input',
  '--progress-bar',
  'off',
];

/** Makes what is missing or was made from other requirements. */
export async function ensurePython({ dev = false } = {}) {
  await ensureVenv(dev);
  await ensureVendor();
}

async function ensureVenv(dev) {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const plain = hashOf(requirements);
  const withDev = existsSync(REQUIREMENTS_DEV)
    ? hashOf(requirements, readFileSync(REQUIREMENTS_DEV, 'utf8'))
    : plain;
  const stamp = readOptional(VENV_STAMP)?.trim();
  // An environment that has the developers' packages too is as good as the plain one.
  if ((stamp === withDev || (!dev && stamp === plain)) && (await starts(VENV_PYTHON))) return;
  const keepDev = dev || (stamp !== undefined && stamp !== plain && existsSync(join(VENV, '.mlsql-dev')));
  const python = await findPython();
  await step(
    `python environment (.venv, Python ${python.version}; the first time downloads some packages)`,
    async () => {
      // Without a stamp it was never finished; with a dead interpreter it cannot be mended.
      if (stamp === undefined || !(await starts(VENV_PYTHON))) rmSync(VENV, { recursive: true, force: true });
      else rmSync(VENV_STAMP);
      if (!existsSync(VENV_PYTHON)) await run(python.command, ['-m', 'venv', VENV]);
      // The list is complete and pinned; what it leaves out, it leaves out on purpose.
      await run(VENV_PYTHON, [...PIP, '--no-deps', '-r', REQUIREMENTS]);
      if (keepDev) {
        await run(VENV_PYTHON, [...PIP, '-r', REQUIREMENTS_DEV]);
        writeStamp(join(VENV, '.mlsql-dev'), '');
      }
      writeStamp(VENV_STAMP, keepDev ? withDev : plain);
    },
  );
}

/** Makes python/_vendor, with .venv's pip, where it is missing or was made from other requirements. */
export async function ensureVendor() {
  const stamp = hashOf(readFileSync(REQUIREMENTS_RUNTIME, 'utf8'));
  if (readOptional(join(VENDOR, '.mlsql-stamp'))?.trim() === stamp) return;
  await step("the runtime's own python packages (python/_vendor)", async () => {
    const beside = `${VENDOR}.${process.pid}`;
    rmSync(beside, { recursive: true, force: true });
    try {
      await installVendor(beside);
      writeStamp(join(beside, '.mlsql-stamp'), stamp);
      rmSync(VENDOR, { recursive: true, force: true });
      renameSync(beside, VENDOR);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
  });
}

/** Pure Python where it can be built, so that every interpreter can load it; else what fits .venv's interpreter. */
async function installVendor(target) {
  const args = [...PIP, '--no-deps', '--no-compile', '--target', target];
  try {
    const env = { ...process.env, MSGPACK_PUREPYTHON: '1' };
    await run(VENV_PYTHON, [...args, '--no-binary', 'msgpack', '-r', REQUIREMENTS_RUNTIME], { env });
  } catch {
    rmSync(target, { recursive: true, force: true });
    await run(VENV_PYTHON, [...args, '-r', REQUIREMENTS_RUNTIME]);
  }
}

/**
 * The Python to build with: MLSQL_PYTHON, else the first on the PATH that is new enough and has venv.
 * @throws SetupError that names the package to install
 */
export async function findPython(env = process.env) {
  const names = ['python3', ...[13, 12, 11, 10, 9, 14].map((minor) => `python3.${minor}`), 'python'];
  const candidates = env.MLSQL_PYTHON ? [env.MLSQL_PYTHON] : names.filter((name) => onPath(name, env));
  const problems = [];
  for (const command of candidates) {
    const found = await probe(command);
    if (found.problem === undefined) return found;
    problems.push(`${command}: ${found.problem}`);
  }
  const seen = problems.length === 0 ? 'no python3 is on the PATH' : problems.join('\n  ');
  throw new SetupError(
    `Python ${PYTHON_MIN.join('.')} or newer with venv is needed.\n  ${seen}\n  ${installAdvice(readOptional('/etc/os-release') ?? '', process.platform)}`,
  );
}

async function probe(command) {
  const code =
    'import sys; print("%d.%d.%d" % sys.version_info[:3])\ntry:\n import venv, ensurepip\n print("venv")\nexcept ImportError as e: print(e)';
  let lines;
  try {
    lines = (await run(command, ['-c', code])).trim().split('\n');
  } catch (error) {
    return { command, problem: error.message.split('\n').at(-1) };
  }
  const [version = '', venv = ''] = lines;
  if (!isNewEnough(version)) return { command, version, problem: `version ${version} is too old` };
  if (venv !== 'venv') return { command, version, problem: `version ${version}, but without venv (${venv})` };
  return { command, version };
}

/** True for a version of Python that works. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > PYTHON_MIN[0] || (major === PYTHON_MIN[0] && minor >= PYTHON_MIN[1]);
}

/** Which package brings a Python with venv, by the text of /etc/os-release. */
export function installAdvice(osRelease, platform) {
  if (platform === 'darwin') return 'Install it with: brew install python@3.12';
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  const families = [field('ID'), ...field('ID_LIKE').split(' ')];
  const commands = [
    [['debian', 'ubuntu'], 'sudo apt-get install python3 python3-venv'],
    [['fedora'], 'sudo dnf install python3'],
    [['rhel', 'centos', 'rocky', 'almalinux', 'amzn'], 'sudo dnf install python3.11'],
    [['alpine'], 'sudo apk add python3 py3-pip'],
    [['arch'], 'sudo pacman -S python'],
    [['suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'sles'], 'sudo zypper install python311'],
  ];
  // In the order of the distribution's own names: its ID before those that it is like.
  for (const family of families) {
    const command = commands.find(([names]) => names.includes(family))?.[1];
    if (command !== undefined) return `Install it with: ${command}`;
  }
  return "Install your distribution's python3 package (with venv and pip), then try again.";
}

function onPath(name, env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
}

async function starts(python) {
  if (!existsSync(python)) return false;
  try {
    await run(python, ['-I', '-S', '-c', '']);
    return true;
  } catch {
    say(`${python} does not start any more, making it again`);
    return false;
  }
}
