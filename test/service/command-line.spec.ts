import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SETTING_GROUPS, SETTINGS } from '../../src/api/settings.js';
import { describeSettings } from '../../src/service/command-line.js';
import { SpawnedProgram } from '../support/spawned-program.js';

describe('npm run service -- --help', () => {
  it('prints all settings and starts nothing', async () => {
    // would not start: WS_API_ENDPOINT is missing, and PORT is wrong
    await using program = SpawnedProgram.run('service/main.js', ['--help'], { PORT: 'x' });
    expect(await program.exit).toBe(0);
    expect(program.stderr).toEqual([]);
    expect(`${program.stdout.join('\n')}\n`).toBe(describeSettings(80));
  });

  it('lists every setting in the order of docs/settings.md, below its topic', () => {
    const expected = SETTING_GROUPS.flatMap(({ title, settings }) => [title, ...Object.keys(settings)]);
    const lines = describeSettings(80).split('\n');
    const titles = SETTING_GROUPS.map(({ title }) => title);
    const listed = lines.filter((line) => titles.includes(line) || /^ {2}\S/.test(line));
    expect(listed.map((line) => line.trim())).toEqual(expected);
    expect(expected).toContain(Object.keys(SETTINGS).at(-1));
  });

  it('says what a setting means, its default, and what is accepted', () => {
    expect(describeSettings(80)).toContain(`
  CALLBACK_LINGER_MS
      how long a message waits for others, if its client accepts several
      messages in one frame; with 0 only messages that are queued anyway are
      sent together
      default: 0
      accepted: 0–1000 ms
`);
  });

  it.each([80, 100, 60, 400])('has no Markdown, and breaks lines for %i columns', (columns) => {
    const text = describeSettings(columns);
    const width = Math.min(Math.max(columns, 80), 110);
    expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
    expect(text).not.toMatch(/`|\]\(/);
  });
});

it('refuses any other argument, and starts nothing', async () => {
  await using program = SpawnedProgram.run('service/main.js', ['--port', '3001']);
  expect(await program.exit).toBe(1);
  expect(program.stdout).toEqual([]);
  expect(program.stderr).toEqual([expect.stringMatching(/^service: unexpected argument --port: .*--help/)]);
});

describe('on a terminal', () => {
  /** The line that says where it listens, of the program on a terminal that `script` opens. */
  async function listeningLine(...args: string[]): Promise<string> {
    const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
    const service = [process.execPath, join(import.meta.dirname, '../../dist/service/main.js'), ...args];
    const script = ['script', '--quiet', '--command', service.join(' '), '/dev/null'] as const;
    try {
      await using program = SpawnedProgram.command(script, {
        WS_API_ENDPOINT: 'http://127.0.0.1:9',
        PORT: '0',
        DATA_DIR: dataDir,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        TERM: 'xterm',
      });
      await program.prints('listening');
      // the terminal's end reaches the service, too
      await program.kill('SIGTERM');
      return stripVTControlCharacters(program.stdout.find((line) => line.includes('listening')) ?? '');
    } finally {
      await rm(dataDir, { recursive: true });
    }
  }

  it('log lines are readable', async () => {
    expect(await listeningLine()).toMatch(/^\[[\d:.]+\] INFO: listening \{"url":/);
  });

  it('log lines are JSON with --json', async () => {
    expect(JSON.parse(await listeningLine('--json'))).toMatchObject({ level: 'info', msg: 'listening' });
  });
});
