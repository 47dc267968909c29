import { type RemoteGateway } from '../remote/remote-gateway.js';
import { type ClientAction, clientActions } from '../session/client-actions.js';
import { type Session, type SessionApi } from '../session/session.js';
import { UsageError } from '../usage-error.js';
import { compareRun, type ReplayReport } from './compare-run.js';
import { playSession } from './play-session.js';
import { maskedNames, type Secrets } from './secrets.js';
import { sameApi, Translation } from './translation.js';

export interface ReplayOptions {
  readonly gateway: RemoteGateway;
  readonly secrets: Secrets;
  /** Names of headers and of JSON members, in lower case, that may differ. */
  readonly ignored: ReadonlySet<string>;
  readonly timeoutMs: number;
}

/**
 * Plays a session again at a gateway, and compares.
 *
 * @throws {UsageError} it cannot be played: an API or a secret is missing, or the gateway cannot be reached
 */
export async function replaySession(session: Session, options: ReplayOptions): Promise<ReplayReport> {
  const { gateway, secrets, ignored, timeoutMs } = options;
  const { actions, skipped } = clientActions(session.events);
  checkSecrets(actions, secrets);
  const { apis } = await gateway.command<Session>('GET', 'session?after=latest');
  const translation = new Translation();
  for (const api of usedApis(session, actions)) {
    const same = sameApi(api, apis);
    if (same === undefined) throw missingApi(api, apis, gateway.url);
    translation.add(api.apiId, same.apiId);
  }
  const recorded = session.events;
  const run = await playSession({ gateway, actions, recorded, translation, secrets, timeoutMs });
  const differences = compareRun({
    actions,
    recorded,
    run,
    translation,
    apis: new Map(session.apis.map(({ apiId, name }) => [apiId, `<API ${name}>`])),
    ignored,
  });
  return {
    result: differences.length === 0 ? 'same' : 'different',
    played: countsOf(actions),
    skipped,
    differences,
  };
}

function usedApis({ apis }: Session, actions: readonly ClientAction[]): readonly SessionApi[] {
  const used = new Set(actions.map(({ event }) => event.apiId));
  return apis.filter(({ apiId }) => used.has(apiId));
}

const missingApi = ({ name, protocol }: SessionApi, apis: readonly SessionApi[], url: string) =>
  new UsageError(
    `the session uses the ${protocol} API ${name}, and ${url} has none of that name or logical id; its APIs: ${
      apis.map((api) => `${api.name} (${api.protocol})`).join(', ') || 'none'
    }`,
  );

/** @throws {UsageError} names the secrets that are missing */
function checkSecrets(actions: readonly ClientAction[], secrets: Secrets): void {
  const names = actions.flatMap((action) =>
    action.kind === 'connect' || action.kind === 'request' ? maskedNames(action) : [],
  );
  const missing = [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => !secrets.has(name));
  if (missing.length === 0) return;
  throw new UsageError(
    `the session has masked secrets: ${missing.join(', ')}. Give each one: ${missing
      .map((name) => `--secret ${name}=VALUE`)
      .join(' ')}`,
  );
}

function countsOf(actions: readonly ClientAction[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(actions, ({ kind }) => WORDS[kind]);
  return Object.fromEntries([...groups].map(([word, group]) => [word, group.length]));
}

const WORDS: Readonly<Record<ClientAction['kind'], string>> = {
  connect: 'connection',
  frame: 'frame',
  request: 'HTTP request',
  close: 'close',
  clock: 'clock advance',
  faults: 'fault setting',
};
