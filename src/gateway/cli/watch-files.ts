import { type Stats, unwatchFile, watchFile } from 'node:fs';

/** Polling finds changes also where the system reports none: in a container, on a mounted folder. */
const INTERVAL_MS = 250;

/** Watches files that may be replaced, removed and created again. */
export class WatchedFiles implements Disposable {
  #files: readonly string[] = [];

  /** @param whenChanged is called after a change of any file */
  constructor(private readonly whenChanged: () => void) {}

  /** Watches these files instead of the ones before. */
  set(files: readonly string[]): void {
    const added = files.filter((file) => !this.#files.includes(file));
    for (const file of this.#files) if (!files.includes(file)) unwatchFile(file, this.#compare);
    for (const file of added) watchFile(file, { interval: INTERVAL_MS, persistent: false }, this.#compare);
    this.#files = files;
  }

  [Symbol.dispose](): void {
    this.set([]);
  }

  readonly #compare = (now: Stats, before: Stats) => {
    // it is also called for a change of the access time, and once for a file that does not exist
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) this.whenChanged();
  };
}
