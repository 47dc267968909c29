import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainCommand } from '../../../src/gateway/cli/explain-command.js';
import { CHAT } from '../cloudformation/chat-template.js';

describe('explain FILE', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'explain-'));
    file = join(folder, 'chat.yml');
    await writeFile(file, CHAT);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(...args: readonly string[]) {
    let output = '';
    const exitCode = await explainCommand.run(args, { env: {}, write: (text) => (output += text) });
    return { exitCode, output };
  }

  it('prints the request, with exit code 0', async () => {
    const { exitCode, output } = await run(file, '--route', '$default', '--body', '{"action":"ping"}');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/\n\nPOST \/message HTTP\/1\.1\n[^]*\n\n\{"action":"ping"\}\n$/);
  });

  it('uses query string, headers and parameters', async () => {
    const { output } = await run(
      file,
      '--route=$connect',
      '--query=token=t',
      '--header=Origin: https://example.com',
      '--parameter=NlbDnsName=other.internal',
    );
    expect(output).toMatch(/^Token: t$/m);
    expect(output).toMatch(/^Origin: https:\/\/example\.com$/m);
    expect(output).toMatch(/^Host: other\.internal$/m);
  });

  it('has exit code 1 when nothing would be sent', async () => {
    await writeFile(file, CHAT.replace('{Required: false}', '{Required: true}'));
    expect(await run(file, '--route', '$connect')).toMatchObject({ exitCode: 1 });
  });

  it('names the line at which a template cannot be loaded', async () => {
    await writeFile(file, CHAT.replace('!Ref Link', '!Ref Lnk'));
    await expect(run(file, '--body', '{}')).rejects.toThrow(
      /chat\.yml:\d+:21: Unresolved resource dependencies/,
    );
  });

  it.each([
    [[], 'explain needs one template file'],
    [['--header', 'x', 'FILE'], "--header is 'x'"],
    [['--context', 'x', 'FILE'], "--context is 'x'"],
    [['--verbose', 'FILE'], '--verbose'],
  ])('names the problem of %j', async (args, reason) => {
    await expect(run(...args.map((arg) => (arg === 'FILE' ? file : arg)))).rejects.toThrow(reason);
  });

  it('lists its options', async () => {
    expect(await run('--help')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('--route') as string,
    });
  });
});
