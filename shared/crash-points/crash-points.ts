// Moments at which a process can be ended, to prove that nothing is lost there: before and after each use of a port (store,
// state, network, child). The ports are wrapped once, where the process is put together, and only in a process whose
// environment asks for it; in any other the wiring gives every port back as it is.
import { appendFileSync, readFileSync } from 'node:fs';

/** File that takes the name of each point when it is first reached; without it there are no points. */
const RECORD_VARIABLE = 'MLSQL_CRASH_POINTS';
/** `NAME` or `NAME#n`: the process ends by SIGKILL when it reaches the point for the n-th time. */
const AT_VARIABLE = 'MLSQL_CRASH_AT';

/** What an operation is about, for the point's name; undefined: the operation alone names it. */
type Subject<Method> = Method extends (...args: infer Args) => unknown
  ? (...args: Args) => string | undefined
  : never;

/** The operations of a port that are points; a function tells what a call is about. */
export type Operations<Port> = { readonly [Name in keyof Port]?: true | Subject<Port[Name]> };

export class CrashPoints {
  readonly #counts = new Map<string, number>();
  readonly #recorded: Set<string>;

  private constructor(
    private readonly record: string,
    private readonly point: string,
    private readonly times: number,
  ) {
    this.#recorded = new Set(linesOf(record));
  }

  /** Undefined where the environment asks for none, as always outside of tests. */
  static from(env: Readonly<Record<string, string | undefined>>): CrashPoints | undefined {
    const record = env[RECORD_VARIABLE];
    if (record === undefined) return undefined;
    const [, point = '', times = '1'] = /^(.*?)(?:#(\d+))?$/.exec(env[AT_VARIABLE] ?? '') ?? [];
    return new CrashPoints(record, point, Number(times));
  }

  /** The process is at a point; it may be its last. */
  reach(point: string): void {
    if (!this.#recorded.has(point)) {
      this.#recorded.add(point);
      appendFileSync(this.record, `${point}\n`);
    }
    if (point !== this.point) return;
    const count = (this.#counts.get(point) ?? 0) + 1;
    this.#counts.set(point, count);
    if (count >= this.times) process.kill(process.pid, 'SIGKILL');
  }
}

/**
 * The port with a point before each of the operations, and one after those that are awaited; the port itself where there
 * are no points.
 */
export function withCrashPoints<Port extends object>(
  points: CrashPoints | undefined,
  name: string,
  port: Port,
  operations: Operations<Port>,
): Port {
  if (points === undefined) return port;
  return new Proxy(port, {
    get(target, property) {
      const value = Reflect.get(target, property, target) as unknown;
      if (typeof value !== 'function') return value;
      const operation = String(property);
      const subjectOf = (operations as Record<string, true | ((...args: unknown[]) => string | undefined)>)[
        operation
      ];
      return (...args: unknown[]) => {
        if (subjectOf === undefined) return Reflect.apply(value, target, args) as unknown;
        const subject = subjectOf === true ? undefined : subjectOf(...args);
        const reach = (when: string): void =>
          points.reach(`${name}.${operation}:${when}${subject === undefined ? '' : `:${subject}`}`);
        reach('before');
        const outcome = Reflect.apply(value, target, args) as unknown;
        return outcome instanceof Promise ? outcome.finally(() => reach('after')) : outcome;
      };
    },
  });
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}
