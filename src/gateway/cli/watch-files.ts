import { statSync } from 'node:fs';

/** Polling finds changes also where the system reports none: in a container, on a mounted folder. */
const INTERVAL_MS = 250;

/**
 * Watches files that may be replaced, removed and created again. Not with `fs.watchFile`: it learns the first state of
 * a file some time after the call, and a change before that is never reported.
 */
export class WatchedFiles implements Disposable {
  #versions: ReadonlyMap<string, string> = new Map();
  #timer: NodeJS.Timeout | undefined;

  /** @param files to be called before their content is read, so that each later change is found */
  constructor(files: readonly string[]) {
    this.set(files);
  }

  /** Watches these files instead of the ones before; also to be called before their content is read. */
  set(files: readonly string[]): void {
    this.#versions = new Map(files.map((file) => [file, this.#versions.get(file) ?? versionOf(file)]));
  }

  /** @param whenChanged is called after a change of any file */
  start(whenChanged: () => void): void {
    this.#timer = setInterval(() => {
      const now = new Map([...this.#versions.keys()].map((file) => [file, versionOf(file)]));
      const isChanged = [...now].some(([file, version]) => version !== this.#versions.get(file));
      this.#versions = now;
      if (isChanged) whenChanged();
    }, INTERVAL_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Different after each change of the content. A file that cannot be read has a version, too. */
function versionOf(file: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(file, { bigint: true });
    return [mtimeNs, size, ino].join(' ');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
