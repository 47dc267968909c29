import { execFile } from 'node:child_process';
import { globSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** An empty project outside the repository, into which packed packages are installed as a user would. */
export class Consumer implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'backchannel-consumer-'));

  /**
   * @param published names of our packages, from `npm run pack`
   * @param others with their versions, as `npm install` takes them
   */
  static async install(published: readonly string[], others: readonly string[] = []): Promise<Consumer> {
    const consumer = new Consumer();
    consumer.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    const tarballs = published.map((name) => tarball(name));
    await consumer.run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...tarballs, ...others]);
    return consumer;
  }

  write(file: string, text: string): string {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** @throws with the output of a command that fails */
  async run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    try {
      const { stdout } = await run(command, args, { cwd: this.folder, env: { ...process.env, ...env } });
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')} failed\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** Compiles with the strictest settings, and checks the declarations of all packages, too. */
  async compile(options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const compilerOptions = {
      target: 'ES2024',
      lib: ['ES2024', 'ESNext.Disposable'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      outDir: 'out',
      rootDir: '.',
      ...options,
    };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    await this.run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', '.']);
  }

  /** Megabytes on the disk, as `du -m` counts them. */
  get installedMegabytes(): number {
    const files = globSync('node_modules/**/*', { cwd: this.folder }).map((file) => join(this.folder, file));
    return files.reduce((sum, file) => sum + lstatSync(file).blocks * 512, 0) / 2 ** 20;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @param name of a published package */
export function tarball(name: string): string {
  const [file] = globSync(`pack/${name}-*.tgz`, { cwd: ROOT });
  if (file === undefined) throw new Error(`pack/ has no ${name}: npm run pack writes it`);
  return join(ROOT, file);
}
