// Sessions: tables and settings that several runs share, one run at a time. They end when closed, or idle for an hour.
import type { Clock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import { newId, type SessionId, sessionId as toSessionId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import type { TableEngine } from '../tables/table-engine.js';
import type { Scope } from './context.js';

interface SessionRecord {
  readonly scope: Scope;
  /** Runs that are in it or wait for it. */
  users: number;
  lastUsedMs: number;
  /** Resolves when the run that entered last has left. */
  busy: Promise<void>;
}

/** A run's place in a scope. */
export interface EnteredScope {
  readonly scope: Scope;
  /** Leaves it; a scope of the run's own ends with that. Never fails. */
  leave(): Promise<void>;
}

const IDLE_MS = 3_600_000;

export class Sessions {
  readonly #sessions = new Map<string, SessionRecord>();

  constructor(
    private readonly engine: TableEngine,
    private readonly clock: Clock,
    private readonly variableDefaults: ReadonlyMap<string, string>,
    private readonly logger: Logger,
  ) {}

  /** Opens a session and gives its id. */
  async open(): Promise<string> {
    await this.#closeIdle();
    const scope = await this.#newScope();
    this.#sessions.set(scope.session, {
      scope,
      users: 0,
      lastUsedMs: this.clock.now(),
      busy: Promise.resolve(),
    });
    return scope.session;
  }

  /** Closes a session and frees its tables; what runs in it fails. An unknown one is closed already. */
  async close(id: string): Promise<void> {
    if (this.#sessions.delete(id)) await this.#free(id as SessionId);
  }

  /**
   * Enters a session when the run before has left it, or a scope of the run's own.
   * @param id - empty: a scope of its own
   * @throws MlsqlError MLSQL_USAGE_INVALID where there is no such session; the signal's reason where it aborts
   */
  async enter(id: string, signal: AbortSignal): Promise<EnteredScope> {
    if (id === '') {
      const scope = await this.#newScope();
      return { scope, leave: () => this.#free(scope.session) };
    }
    const record = this.#sessions.get(id);
    if (record === undefined) {
      throw new MlsqlError('MLSQL_USAGE_INVALID', `no session ${id}: it was closed, or idle for an hour`, {
        hint: 'open a new one',
      });
    }
    const before = record.busy;
    let release = (): void => undefined;
    const left = new Promise<void>((resolve) => {
      release = resolve;
    });
    record.busy = Promise.all([before, left]).then(() => undefined);
    record.users += 1;
    const leave = async (): Promise<void> => {
      record.users -= 1;
      record.lastUsedMs = this.clock.now();
      release();
    };
    try {
      await raced(before, signal);
    } catch (error) {
      await leave();
      throw error;
    }
    return { scope: record.scope, leave };
  }

  async #newScope(): Promise<Scope> {
    const session = toSessionId(newId('session', this.clock.now()));
    await this.engine.openSession(session);
    return { session, variables: new Map(this.variableDefaults) };
  }

  async #closeIdle(): Promise<void> {
    const limit = this.clock.now() - IDLE_MS;
    for (const [id, record] of this.#sessions) {
      if (record.users === 0 && record.lastUsedMs < limit) await this.close(id);
    }
  }

  /** A session that cannot be freed is the engine's loss, not the run's: its SQL process may be gone. */
  async #free(session: SessionId): Promise<void> {
    try {
      await this.engine.closeSession(session);
    } catch (error) {
      this.logger.warn({ session, err: error }, 'a session could not be closed');
    }
  }
}

/** The promise, or the signal's reason if that comes first. */
function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
