import { readFileSync } from 'node:fs';
import { type AwsClients } from '../aws/clients.js';
import { type Facts } from '../facts/facts.js';
import { type Options } from '../options.js';
import { type Permission } from '../permissions.js';
import { type CheckResult } from '../run-checks.js';
import { findConnectionId } from './find-connection-id.js';
import { LiveConnection } from './live-connection.js';
import { LIVE_FACTS, type LiveFactId, type Parity } from './live-facts.js';
import { describeResponse, sendToConnections, type WireResponse } from './signed-request.js';

export const LIVE_PERMISSION: Permission = 'execute-api:ManageConnections';

export interface LiveMeasurements {
  readonly results: readonly CheckResult[];
  readonly parity: Parity;
}

const FRAME_BYTES = 32_768;
const POST_BYTES = 131_072;
const NEVER_ISSUED = 'AAAAAAAAAAAAAAA=';

/**
 * Opens one connection to the stage, and measures what can be measured with it: the backend receives `--message` twice,
 * the second time with spaces behind it.
 */
export async function measureLive(
  { api, target }: Facts,
  clients: AwsClients,
  options: Options,
): Promise<LiveMeasurements> {
  const { endpoint } = await api.api();
  const url = options.url ?? new URL(`${endpoint}/${target.stageName}`);
  const report = new LiveReport(target.region);
  const connection = await LiveConnection.open(url, options.headers);
  if (typeof connection === 'string') {
    report.handshakeFailed(url, connection);
    return report;
  }
  try {
    const connectionId = await measureMessages(connection, options.message, report);
    await measureCallbacks(connection, connectionId, report, (request) =>
      sendToConnections(clients, target.region, {
        ...request,
        url: connectionsUrl(url, request.connectionId, request.stage),
      }),
    );
  } finally {
    connection.terminate();
  }
  return report;
}

/** @returns the id of the connection, if a message from the backend or gateway has it */
async function measureMessages(
  connection: LiveConnection,
  message: string,
  report: LiveReport,
): Promise<string | undefined> {
  report.note('handshake-time', 'the handshake', `101 in ${Math.round(connection.handshakeMs)} ms`);
  report.fact('handshake', '101');
  report.fact('handshake-headers', connection.responseHeaders.join(', '));
  const start = performance.now();
  connection.send(message);
  const reply = await connection.message();
  report.note(
    'reply',
    'a message gets a reply',
    reply === undefined
      ? 'none within 10 s: --message sends one that the backend replies to'
      : `in ${Math.round(performance.now() - start)} ms`,
  );
  // JSON may have spaces behind it, so that the backend understands the long message as well
  connection.send(message.padEnd(message.length + FRAME_BYTES - Buffer.byteLength(message), ' '));
  if (reply !== undefined) await connection.message();
  report.fact(
    'frame-32768',
    connection.closed === undefined
      ? 'accepted'
      : `close ${connection.closed.code} ${connection.closed.reason}`,
  );
  return reply === undefined ? undefined : findConnectionId(reply);
}

type Send = (request: {
  readonly method: 'GET' | 'POST';
  readonly connectionId: string;
  readonly isSigned: boolean;
  readonly stage?: string;
  readonly body?: string;
}) => Promise<WireResponse>;

async function measureCallbacks(
  connection: LiveConnection,
  connectionId: string | undefined,
  report: LiveReport,
  send: Send,
): Promise<void> {
  const post = (id: string, body: string) => send({ method: 'POST', connectionId: id, isSigned: true, body });
  const unknown = { method: 'POST', connectionId: NEVER_ISSUED, body: 'x' } as const;
  report.fact('unknown-connection', describeResponse(await post(NEVER_ISSUED, 'x')));
  report.fact(
    'unknown-stage',
    describeResponse(await send({ ...unknown, isSigned: true, stage: 'no-such-stage' })),
  );
  if (connectionId === undefined) {
    report.withoutConnectionId();
  } else {
    const found = await send({ method: 'GET', connectionId, isSigned: true });
    if (found.errorType === 'AccessDeniedException') {
      report.permissionMissing();
      return;
    }
    // with a real id, because an unknown one is refused before the signature is looked at
    const unsigned = await send({ method: 'POST', connectionId, isSigned: false, body: 'x' });
    report.fact('unsigned-callback', describeResponse(unsigned));
    report.fact('get-connection', describeConnection(found));
    const text = 'x'.repeat(POST_BYTES);
    const posted = await post(connectionId, text);
    const received = posted.status === 200 ? await connection.message((each) => each === text) : undefined;
    report.fact(
      'post-131072',
      received === undefined ? describeResponse(posted) : '200, one text message of 131,072 bytes',
    );
    report.fact('post-131073', describeResponse(await post(connectionId, `${text}x`)));
  }
  connection.send('x'.repeat(FRAME_BYTES + 1));
  const close = await connection.close();
  report.fact(
    'frame-32769',
    close === undefined ? 'accepted' : `close ${close.code} ${close.reason}`.trimEnd(),
  );
  if (connectionId !== undefined) {
    report.fact('post-after-close', describeResponse(await post(connectionId, 'x')));
  }
}

function describeConnection(response: WireResponse): string {
  if (response.status !== 200) return describeResponse(response);
  const { identity, connectedAt, lastActiveAt } = JSON.parse(response.body) as {
    readonly identity?: { readonly sourceIp?: unknown };
    readonly connectedAt?: unknown;
    readonly lastActiveAt?: unknown;
  };
  const fields = Object.entries({ 'identity.sourceIp': identity?.sourceIp, connectedAt, lastActiveAt });
  return `200 with ${fields
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .join(', ')}`;
}

/** `wss://host/stage?token=…` → `https://host/stage/@connections/{id}` */
function connectionsUrl({ href }: URL, connectionId: string, stage?: string): URL {
  const url = new URL(href.replace(/^ws/, 'http'));
  url.search = '';
  const base = url.pathname.replace(/\/+$/, '');
  const path = stage === undefined ? base : base.replace(/[^/]*$/, stage);
  url.pathname = `${path}/@connections/${encodeURIComponent(connectionId)}`;
  return url;
}

/** The lines of the report and the rows of the parity report, as they are measured. */
class LiveReport implements LiveMeasurements {
  readonly #results: CheckResult[] = [];
  readonly #measured = new Map<LiveFactId, string>();
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  get results(): readonly CheckResult[] {
    return this.#results;
  }

  get parity(): Parity {
    return {
      date: new Date().toISOString().slice(0, 10),
      region: this.#region,
      version: packageVersion(),
      rows: (Object.keys(LIVE_FACTS) as LiveFactId[]).map((fact) => {
        const measured = this.#measured.get(fact);
        return { fact, measured, isSame: measured === LIVE_FACTS[fact].standIn };
      }),
    };
  }

  /** A line that is no fact about API Gateway. */
  note(id: string, title: string, seen: string): void {
    this.#add(id, title, { status: 'pass', seen, findings: [] });
  }

  /** A difference is no problem of the set-up, but the stand-in has to know it. */
  fact(id: LiveFactId, measured: string): void {
    const { title, standIn } = LIVE_FACTS[id];
    this.#measured.set(id, measured);
    if (measured === standIn) this.#add(id, title, { status: 'pass', seen: measured, findings: [] });
    else {
      const seen = `${measured}; the stand-in: ${standIn}`;
      const fix = 'contribute the parity report below: docs/parity.md says how';
      this.#add(id, title, { status: 'warning', seen: '', findings: [{ severity: 'warning', seen, fix }] });
    }
  }

  handshakeFailed({ origin, pathname }: URL, why: string): void {
    // without the query, which may have a token
    const seen = `${origin}${pathname}: ${why}`;
    const fix = 'if $connect needs a token: --url with its query, or --header; otherwise see the access log';
    this.#add('handshake', LIVE_FACTS.handshake.title, {
      status: 'problem',
      seen: '',
      findings: [{ severity: 'problem', seen, fix }],
    });
  }

  withoutConnectionId(): void {
    const seen = 'no message has the connectionId: --message sends one whose reply has it';
    for (const id of WITH_CONNECTION_ID) {
      this.#add(id, LIVE_FACTS[id].title, { status: 'skipped', seen, findings: [] });
    }
  }

  permissionMissing(): void {
    const seen = `needs the permission ${LIVE_PERMISSION}`;
    for (const id of WITH_CONNECTION_ID) {
      this.#add(id, LIVE_FACTS[id].title, {
        status: 'skipped',
        seen,
        findings: [],
        missingPermission: LIVE_PERMISSION,
      });
    }
  }

  #add(id: string, title: string, result: Omit<CheckResult, 'check'>): void {
    this.#results.push({ check: { id, title, group: 'live', fix: '', section: '7' }, ...result });
  }
}

const WITH_CONNECTION_ID: readonly LiveFactId[] = [
  'unsigned-callback',
  'get-connection',
  'post-131072',
  'post-131073',
  'post-after-close',
];

/** In the package and in the repository, `dist` is beside package.json. */
function packageVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
