import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lintCommand } from '../../../src/gateway/cli/lint-command.js';
import { CHAT } from '../cloudformation/chat-template.js';

describe('lint FILE', () => {
  let folder: string;
  let good: string;
  let bad: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lint-'));
    good = join(folder, 'good.yml');
    bad = join(folder, 'bad.yml');
    await writeFile(good, CHAT);
    await writeFile(bad, CHAT.replace('TimeoutInMillis: 10000', 'TimeoutInMillis: 30000'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(...args: readonly string[]) {
    let output = '';
    const env = { GITHUB_WORKSPACE: folder };
    const exitCode = await lintCommand.run(args, { env, write: (text) => (output += text) });
    return { exitCode, output };
  }

  const line = CHAT.slice(0, CHAT.indexOf('TimeoutInMillis')).split('\n').length;

  it('has exit code 0 without findings', async () => {
    expect(await run(good)).toEqual({ exitCode: 0, output: `${good}: 0 errors, 0 warnings\n` });
  });

  it('does not read a file without end', async () => {
    await expect(run('/dev/zero')).rejects.toThrow('/dev/zero cannot be read: it has more than 32 MB');
  });

  it('prints place, rule, reason and fix as text, with exit code 1', async () => {
    const { exitCode, output } = await run(bad);
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^.*bad\.yml:\d+:24 {2}error {2}timeout-range {2}Message has TimeoutInMillis 30000\n {4}why: .*\n {4}fix: .*\n/,
    );
    expect(output).toContain(`bad.yml:${line}:`);
  });

  it('prints JSON with --format json', async () => {
    const { exitCode, output } = await run('--format', 'json', good, bad);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toEqual([
      expect.objectContaining({ fileName: bad, line, column: 24, rule: 'timeout-range', severity: 'error' }),
    ]);
  });

  it('prints annotations with --format github, with paths below the repository', async () => {
    const { exitCode, output } = await run('--format', 'github', good, bad);
    expect(exitCode).toBe(1);
    expect(output.split('\n')[0]).toMatch(
      new RegExp(`^::error file=bad\\.yml,line=${line},col=24,title=timeout-range::`),
    );
  });

  it('prints one SARIF log with --format sarif', async () => {
    const { exitCode, output } = await run('--format', 'sarif', good, bad);
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          artifacts: [{ location: { uri: 'good.yml' } }, { location: { uri: 'bad.yml' } }],
          results: [{ ruleId: 'timeout-range' }],
        },
      ],
    });
  });

  it('has exit code 0 with warnings only', async () => {
    await writeFile(bad, CHAT.replaceAll('POST', 'ANY'));
    expect(await run(bad)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('0 errors, 2 warnings') as string,
    });
  });

  it('has exit code 0 with hints only', async () => {
    await writeFile(bad, CHAT.replace('Sec-WebSocket-Version', 'X-Version'));
    expect(await run(bad)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('0 errors, 0 warnings, 1 hint\n') as string,
    });
  });

  it('reads UTF-16 with a byte order mark, as PowerShell writes it', async () => {
    const bytes = Buffer.from(`\ufeff${CHAT}`, 'utf16le');
    await writeFile(good, bytes);
    expect(await run(good)).toMatchObject({ exitCode: 0 });
    await writeFile(good, bytes.swap16());
    expect(await run(good)).toMatchObject({ exitCode: 0 });
  });

  it('refuses a file in another encoding', async () => {
    await writeFile(good, Buffer.from(`# für\n${CHAT}`, 'latin1'));
    await expect(run(good)).rejects.toThrow('good.yml cannot be read: it is neither UTF-8 nor UTF-16');
  });

  it('uses the values of --parameter', async () => {
    await writeFile(good, CHAT.replace('10000', '!Ref NlbDnsName'));
    expect(await run(good, '--parameter', 'NlbDnsName=30000')).toMatchObject({ exitCode: 1 });
  });

  it.each([
    [[], 'lint needs a template file'],
    [['--format', 'xml', 'a.yml'], "--format is 'xml'"],
    [['--parameter', 'a', 'a.yml'], "--parameter is 'a': it must be NAME=VALUE"],
    [['--fix', 'a.yml'], '--fix'],
    [['missing.yml'], 'missing.yml cannot be read'],
  ])('names the problem of %j', async (args, reason) => {
    await expect(run(...args)).rejects.toThrow(reason);
  });

  it('lists its options', async () => {
    expect(await run('--help')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('--format') as string,
    });
  });
});
