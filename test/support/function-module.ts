import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with a Lambda function's module in it, and what it imports. */
export class FunctionModule implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'function-'));
  readonly file = join(this.folder, 'function.mjs');

  /** @param code of the module */
  constructor(code: string) {
    this.write(code);
  }

  /** Replaces the module, or a file beside it. */
  write(code: string, name = 'function.mjs'): void {
    writeFileSync(join(this.folder, name), code);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
