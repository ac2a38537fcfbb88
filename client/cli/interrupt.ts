// Ctrl-C: the first asks for an orderly end, the second ends the process at once. SIGTERM counts as Ctrl-C.
import { EXIT_INTERRUPTED } from './exit-codes.js';

export interface Interrupt {
  /** True once the user has interrupted. */
  readonly seen: boolean;
  /** Called at the first interrupt; at once where it has come already. */
  onFirst(action: () => void): void;
  /** Signals do again what they do by default. */
  stop(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function onInterrupt(): Interrupt {
  let seen = false;
  let action: (() => void) | undefined;
  const handle = (): void => {
    // Child processes see their input end and leave by themselves.
    if (seen) process.exit(EXIT_INTERRUPTED);
    seen = true;
    action?.();
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    get seen() {
      return seen;
    },
    onFirst: (next) => {
      action = next;
      if (seen) next();
    },
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, handle);
    },
  };
}
