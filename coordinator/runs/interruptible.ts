// Work of the table engine that ends when its run is cancelled.
import type { RunContext } from './context.js';

/**
 * Does the work; a cancel of the run interrupts the session's SQL.
 * @throws the cancel's reason where the run is cancelled already
 */
export async function interruptible<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  const { signal, services, scope } = context;
  signal.throwIfAborted();
  const interrupt = (): void => {
    services.engine.interrupt(scope.session).catch((error: unknown) => {
      services.logger.warn({ runId: context.runId, err: error }, 'SQL could not be interrupted');
    });
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
