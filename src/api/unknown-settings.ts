import { editDistance } from './edit-distance.js';
import { settingRows } from './settings.js';

/** A variable that is no setting, although its name looks like one. */
export interface UnknownSetting {
  readonly name: string;
  /** One sentence that begins with the name, and never contains the value. */
  readonly message: string;
  /** Whether it was meant as a setting for certain: otherwise it may belong to another program. */
  readonly isCertain: boolean;
}

/**
 * Finds removed and misspelt settings.
 *
 * @param names of all variables that are set
 */
export function unknownSettings(names: readonly string[]): readonly UnknownSetting[] {
  return names.flatMap((name) => explain(name) ?? []);
}

/** Settings of earlier versions, and what holds now. */
const REMOVED: ReadonlyMap<string, string> = new Map([
  [
    'CALLBACK_CONNECT_TIMEOUT_MS',
    'the timeout is a fifth of CALLBACK_REQUEST_TIMEOUT_MS, and at least 1000 ms',
  ],
  [
    'CALLBACK_QUEUE_PER_CONNECTION',
    'the queue of a connection has 100 places, or CHANNELS_PER_CONNECTION if that is more',
  ],
  ['CHANNEL_NAME_LENGTH', 'a channel name has at most 256 characters'],
  ['FANOUT_LEASE_SECONDS', 'a lease ends 15 s after its last renewal'],
  ['FANOUT_PENDING_SHARDS', 'at most 10000 shards are unfinished'],
  ['FANOUT_POLL_MS', 'an idle task looks for shards every 250 ms'],
  ['JWT_JWKS_TIMEOUT_MS', 'the timeout is 5000 ms'],
  ['PRESENCE_MEMBERS', 'a presence reply names up to 1000 members'],
  ['SWEEP_IDLE_SECONDS', 'connections that were idle for 720 s are checked'],
]);

/** The version that no longer has the removed settings. */
const REMOVED_SINCE = '0.1.0';

const KNOWN: readonly string[] = settingRows().map(([name]) => name);

/**
 * Names of others, which are never taken for ours: those of AWS, OpenTelemetry, Node.js and npm, and the addresses
 * that Kubernetes and Docker add for each service, such as `STORE_SERVICE_HOST` and `STORE_PORT_6379_TCP`.
 */
const OF_OTHERS = /^(?:AWS|ECS|OTEL|NODE|NPM|KUBERNETES)_|_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT(?:_\d|$)/;

/** First words of our names that other programs use as well. */
const SHARED_WORDS = ['API', 'AWS', 'DATA', 'GATEWAY', 'LOG', 'OTEL', 'REDIS', 'WS'];

/** Those with which a name is likely meant as ours. */
const OUR_WORDS = new Set(
  KNOWN.filter((name) => name.includes('_'))
    .map(firstWord)
    .filter((word) => !SHARED_WORDS.includes(word)),
);

/** A name that differs from one of at least this length in at most this share of its characters was meant as it. */
const CERTAIN = { length: 10, share: 0.2 };

/** A shorter name with one difference may be of another program, such as `LOGLEVEL` and `API_KEY`. */
const DOUBTFUL_LENGTH = 7;

function explain(name: string): UnknownSetting | undefined {
  // the names of the shell and of npm in lower case are not compared
  if (!/^[A-Z][A-Z0-9_]*$/.test(name) || KNOWN.includes(name)) return undefined;
  const now = REMOVED.get(name);
  if (now !== undefined) {
    const message = `${name} is no longer a setting, since version ${REMOVED_SINCE}: ${now}. Remove it`;
    return { name, message, isCertain: true };
  }
  if (OF_OTHERS.test(name)) return undefined;
  const nearest = KNOWN.map((known) => ({ known, edits: editDistance(name, known, largestDistance(known)) }))
    .filter(({ edits }) => edits !== undefined)
    .toSorted((one, other) => one.edits! - other.edits!)[0]?.known;
  if (nearest !== undefined) {
    const message = `${name} is not a setting: did you mean ${nearest}?`;
    return { name, message, isCertain: nearest.length >= CERTAIN.length };
  }
  if (!OUR_WORDS.has(firstWord(name))) return undefined;
  return { name, message: `${name} is not a setting: --help lists them`, isCertain: false };
}

function firstWord(name: string): string {
  return name.split('_', 1).join('');
}

/** The largest distance at which a name is taken for a known one. */
function largestDistance({ length }: string): number {
  if (length >= CERTAIN.length) return Math.floor(length * CERTAIN.share);
  return length >= DOUBTFUL_LENGTH ? 1 : 0;
}
