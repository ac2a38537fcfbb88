// A name for this process that other processes can test for life: locks and unfinished files are marked with it.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What is known of the process behind an identity. `foreign`: it lives on another machine or in another container. */
export type Liveness = 'alive' | 'dead' | 'foreign';

const HOST = shortHash(hostname(), read('/etc/machine-id'));
const BOOT = shortHash(read('/proc/sys/kernel/random/boot_id'));
const NAMESPACE = shortHash(link('/proc/self/ns/pid'));

/** `<host>-<boot>-<process namespace>-<pid>-<start>`; start tells reused pids apart. */
export const PROCESS_IDENTITY: string = `${HOST}-${BOOT}-${NAMESPACE}-${process.pid}-${startOf(process.pid) ?? '0'}`;

/** A name for one file of this process, never given twice. */
export function ownedName(): string {
  return `${PROCESS_IDENTITY}.${randomBytes(8).toString('hex')}`;
}

/** Whether the process that made the identity (or a name by ownedName) still runs. Undefined: the text is neither. */
export function livenessOf(name: string): Liveness | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})-(\d+)-(\d+)(?:\.[0-9a-f]+)?$/.exec(name);
  if (match === null) return undefined;
  const [, host, boot, namespace, pidText, start] = match;
  if (host !== HOST) return 'foreign';
  if (boot !== BOOT) return 'dead';
  if (namespace !== NAMESPACE) return 'foreign';
  const pid = Number(pidText);
  const startNow = startOf(pid);
  if (startNow !== undefined) return startNow === start ? 'alive' : 'dead';
  return process.platform !== 'linux' && respondsToSignals(pid) ? 'alive' : 'dead';
}

function shortHash(...texts: string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 8);
}

/** Field 22 of /proc/PID/stat: start in clock ticks since boot. Undefined where there is no such process or no /proc. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie is dead: it holds nothing any more.
  return fields[0] === 'Z' ? undefined : fields[19];
}

function respondsToSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
