// Tells which names in a folder changed.
import { type FSWatcher, watch } from 'node:fs';

/** How often a folder is looked at where the kernel has no watch left to give. */
const FALLBACK_MS = 500;

/** Calls back soon after a change, with the changed name, or undefined where it is not known: then look at all. */
export class FolderWatch {
  #watcher: FSWatcher | undefined;
  #fallback: NodeJS.Timeout | undefined;
  readonly #changed: (name: string | undefined) => void;

  constructor(folder: string, changed: (name: string | undefined) => void) {
    this.#changed = changed;
    try {
      this.#watcher = watch(folder, { persistent: true }, (_event, name) => changed(name ?? undefined));
      this.#watcher.on('error', () => this.#fallBack());
    } catch {
      // The limit on watches of this user is reached (fs.inotify.max_user_watches): slower, but not wrong.
      this.#fallBack();
    }
  }

  close(): void {
    this.#watcher?.close();
    clearInterval(this.#fallback);
  }

  #fallBack(): void {
    this.#fallback ??= setInterval(() => this.#changed(undefined), FALLBACK_MS);
  }
}
