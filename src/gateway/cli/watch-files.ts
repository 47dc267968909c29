import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/** Polling finds changes also where the system reports none: in a container, on a mounted folder. */
const INTERVAL_MS = 250;

/** To list the files of an app takes much longer than to look at them: 30 ms for 800 files. */
const POLLS_PER_LISTING = 4;

/** A file at some time. */
interface Version {
  /** Differs after each write. */
  readonly written: string;
  /** Differs after each change of the content: a build may write the same again. */
  readonly content: string;
}

/**
 * Watches files that may be replaced, removed and created again. Not with `fs.watchFile`: it learns the first state of
 * a file some time after the call, and a change before that is never reported.
 */
export class WatchedFiles implements Disposable {
  #list: () => readonly string[] = () => [];
  #versions: ReadonlyMap<string, Version> = new Map();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param list the files at the time of the call, which may become others; to be called before their content is read, so
   *   that each later change is found
   */
  constructor(list: () => readonly string[]) {
    this.set(list);
  }

  /** Watches these files instead of the ones before; also to be called before their content is read. */
  set(list: () => readonly string[]): void {
    this.#list = list;
    this.#versions = new Map(list().map((file) => [file, this.#versions.get(file) ?? versionOf(file)]));
  }

  /** @param whenChanged is called after a change of any file */
  start(whenChanged: () => void): void {
    let polls = 0;
    this.#timer = setInterval(() => {
      polls += 1;
      const before = this.#versions;
      const files = polls % POLLS_PER_LISTING === 0 ? this.#list() : [...before.keys()];
      const now = new Map(files.map((file) => [file, versionOf(file, before.get(file))]));
      this.#versions = now;
      const isSame = ([file, { content }]: readonly [string, Version]) =>
        before.get(file)?.content === content;
      if (now.size !== before.size || ![...now].every(isSame)) whenChanged();
    }, INTERVAL_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** A file that cannot be read has a version, too. */
function versionOf(file: string, before?: Version): Version {
  try {
    const { mtimeNs, size, ino } = statSync(file, { bigint: true });
    const written = [mtimeNs, size, ino].join(' ');
    if (written === before?.written) return before;
    return { written, content: createHash('sha256').update(readFileSync(file)).digest('base64') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { written: code, content: code };
  }
}
