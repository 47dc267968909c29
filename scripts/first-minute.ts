// `npm run docs:first-minute` runs `npm start` and two clients, records what their terminals show, and draws it into
// docs/first-minute.svg. Needs the free ports 8080 and 3000.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { drawFirstMinute, type RecordedLine, type Terminal } from './first-minute-picture.ts';

const ROOT = join(import.meta.dirname, '..');
const recorded: RecordedLine[] = [];

/** A client whose terminal looks like that of wscat. */
class Client {
  readonly #waiting = new Set<() => void>();
  readonly #terminal: Terminal;
  readonly #socket: WebSocket;

  private constructor(terminal: Terminal, socket: WebSocket) {
    this.#terminal = terminal;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      record(terminal, 'received', String(data));
      for (const wake of this.#waiting) wake();
    });
  }

  static async connect(terminal: Terminal, command: string): Promise<Client> {
    record(terminal, 'command', command);
    const url = /"(ws:.*)"/.exec(command)?.[1];
    if (url === undefined) throw new Error(`npm start prints no line to paste, but ${command}`);
    const client = new Client(terminal, new WebSocket(url));
    await once(client.#socket, 'open');
    record(terminal, 'printed', 'Connected (press CTRL+C to quit)');
    return client;
  }

  send(message: object): void {
    const text = JSON.stringify(message);
    record(this.#terminal, 'sent', text);
    this.#socket.send(text);
  }

  /** Waits until it has received a message of this type. */
  async receives(type: string): Promise<void> {
    const hasReceived = () =>
      recorded.some(
        ({ terminal, kind, text }) =>
          terminal === this.#terminal && kind === 'received' && text.includes(`"type":"${type}"`),
      );
    while (!hasReceived()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  close(): void {
    this.#socket.close();
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
record('programs', 'command', 'npm start');
const programs = spawn(process.execPath, [join(ROOT, 'dist/local/start.js')], {
  env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const lines = createInterface(programs.stdout);
  const commandToPaste = new Promise<string>((resolve, reject) => {
    let command = '';
    lines.on('line', (line) => {
      record('programs', 'printed', line);
      command ||= /npx wscat -c ".+"/.exec(line)?.[0] ?? '';
      if (line.includes('Ctrl-C')) resolve(command);
    });
    lines.once('close', () => reject(new Error('npm start has ended, for the reason above')));
  });
  await runClients(await commandToPaste);
} finally {
  programs.kill('SIGINT');
  if (programs.exitCode === null) await once(programs, 'exit');
  await rm(dataDir, { recursive: true });
}
await writeFile(join(ROOT, 'docs/first-minute.svg'), drawFirstMinute(recorded));

async function runClients(command: string): Promise<void> {
  const first = await Client.connect('first', command);
  first.send({ action: 'join', channel: 'news' });
  await first.receives('joined');
  const second = await Client.connect('second', command);
  second.send({ action: 'join', channel: 'news' });
  await second.receives('joined');
  second.send({ action: 'publish', channel: 'news', data: 'hello' });
  await Promise.all([first.receives('message'), second.receives('published')]);
  first.send({ action: 'presence', channel: 'news' });
  await first.receives('presence');
  first.close();
  second.close();
}

function record(terminal: Terminal, kind: RecordedLine['kind'], text: string): void {
  recorded.push({ terminal, kind, text, atMs: performance.now() });
}
