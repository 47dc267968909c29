import { readFile } from 'node:fs/promises';
import { RemoteGateway } from '../remote/remote-gateway.js';
import { formatReport } from '../replay/format-report.js';
import { replaySession } from '../replay/replay-session.js';
import { readSession } from '../session/read-session.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { readGatewayUrl } from './gateway-url.js';
import { readNameValues } from './name-value.js';

/** `replay FILE`: a regression test of a backend, from a session that was exported once. */
export const replayCommand = defineCommand(
  {
    name: 'replay',
    operands: 'FILE',
    summary: 'plays an exported session again at a running gateway, and prints what differs',
    flags: {
      url: {
        kind: 'text',
        value: 'URL',
        help: 'the gateway; by default the port GATEWAY_PORT (8080) of this machine',
      },
      json: { kind: 'switch', help: 'print the report as JSON' },
      secret: {
        kind: 'map',
        value: 'NAME=VALUE',
        help: 'a secret that the session has masked, by the name of its header or query parameter',
      },
      ignore: {
        kind: 'list',
        value: 'NAME',
        help: 'a header or a JSON member that may differ, such as offset',
      },
      timeout: {
        kind: 'text',
        value: 'SECONDS',
        preset: '5',
        help: 'how long to wait for what had happened before the next action',
      },
      'admin-token': {
        kind: 'text',
        value: 'TOKEN',
        variable: 'GATEWAY_ADMIN_TOKEN',
        help: "the gateway's admin token, if it needs one",
      },
    },
    notes: `FILE is the export of the inspector or of GET /_gateway/session. Connections, frames, HTTP requests, closes, moves of the
clock and faults are played in their order, without the pauses between them. Ids and times may differ. Faults are restored
afterwards; the clock stays where it is.`,
    exitCodes: {
      0: 'no difference',
      1: 'something differs',
      2: 'it could not be played, or the command line is wrong',
    },
    usageErrorCode: 2,
  },
  async ({ values, operands }, { env, write }) => {
    const [fileName, ...others] = operands;
    if (fileName === undefined || others.length > 0) throw new UsageError('replay needs one file');
    const session = readSession(await readText(fileName), fileName);
    const secrets = readNameValues('--secret', values.secret);
    const report = await replaySession(session, {
      gateway: new RemoteGateway(
        readGatewayUrl(values.url, env),
        values['admin-token'] ?? (env.GATEWAY_ADMIN_TOKEN || undefined),
      ),
      secrets: new Map([...secrets].map(([name, value]) => [name.toLowerCase(), value])),
      ignored: new Set(values.ignore?.map((name) => name.toLowerCase())),
      timeoutMs: readTimeout(values.timeout ?? '5') * 1_000,
    });
    write(values.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : formatReport(report));
    return report.result === 'same' ? 0 : 1;
  },
);

async function readText(fileName: string): Promise<string> {
  try {
    return await readFile(fileName, 'utf8');
  } catch (cause) {
    throw new UsageError(`${fileName} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function readTimeout(text: string): number {
  if (/^\d{1,4}(?:\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`--timeout is '${text}': it must be a number of seconds, up to 9999`);
}
