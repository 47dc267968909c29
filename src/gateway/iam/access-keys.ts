import { readJsonFile } from '../settings-file.js';
import { UsageError } from '../usage-error.js';

/** Who a caller is, as `context.identity.*` and AWS's messages name it. */
export interface Identity {
  /** Of a user, or of a role's session. */
  readonly arn: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** AWS's own begin with `AIDA`, or `AROA` for a role; unless told, the access key's id. */
  readonly userId: string;
}

export interface AccessKey {
  readonly secretAccessKey: string;
  /** Of temporary credentials, which are valid only together with it. */
  readonly sessionToken: string | undefined;
  readonly identity: Identity;
}

/** By access key id. */
export type AccessKeys = ReadonlyMap<string, AccessKey>;

/**
 * Reads `--credentials FILE`: a JSON object of access key id → `{ secretAccessKey, sessionToken?, accountId?, arn?,
 * userId? }`.
 *
 * @param defaultAccountId of identities that name none
 * @throws {UsageError} naming the file, the entry and what it should be, never a secret
 */
export function readAccessKeys(file: string, defaultAccountId: string): AccessKeys {
  const json = readJsonFile('--credentials', file);
  if (!isObject(json)) {
    throw new UsageError(`--credentials: ${file} must be a JSON object of access key id → credentials`);
  }
  const problems: string[] = [];
  const keys = Object.entries(json).map(([accessKeyId, entry]) => {
    const say = (problem: string) => void problems.push(`--credentials: ${file}: ${accessKeyId}${problem}`);
    return [accessKeyId, readEntry(accessKeyId, entry, defaultAccountId, say)] as const;
  });
  if (keys.length === 0) problems.push(`--credentials: ${file} has no entry, so nobody could sign`);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return new Map(keys);
}

/** The one identity of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if it is there, `AWS_SESSION_TOKEN`. */
export function accessKeysOfEnvironment(env: NodeJS.ProcessEnv, accountId: string): AccessKeys | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  const identity = {
    ...unnamedIdentity(accessKeyId, accountId),
    arn: `arn:aws:iam::${accountId}:user/local`,
  };
  return new Map([
    [accessKeyId, { secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN || undefined, identity }],
  ]);
}

/** Of an access key about which nothing else is known. */
export const unnamedIdentity = (accessKeyId: string, accountId: string): Identity => ({
  arn: `arn:aws:iam::${accountId}:user/${accessKeyId}`,
  accountId,
  userId: accessKeyId,
});

const MEMBERS = ['secretAccessKey', 'sessionToken', 'accountId', 'arn', 'userId'];

const ARN =
  /^arn:aws[\w-]*:(?:iam::(\d{12}):(?:root|user\/.+)|sts::(\d{12}):(?:assumed-role|federated-user)\/.+)$/;

function readEntry(
  accessKeyId: string,
  entry: unknown,
  defaultAccountId: string,
  say: (problem: string) => void,
): AccessKey {
  const members = isObject(entry) ? entry : {};
  if (!isObject(entry)) say(' must be an object with secretAccessKey');
  for (const [name, value] of Object.entries(members)) {
    if (!MEMBERS.includes(name)) say(` has '${name}': it may have ${MEMBERS.join(', ')}`);
    else if (typeof value !== 'string' || value === '') say(`.${name} must be a string that is not empty`);
  }
  if (isObject(entry) && members.secretAccessKey === undefined) say('.secretAccessKey is missing');

  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined);
  const [isArn, userAccount, roleAccount] = text('arn')?.match(ARN) ?? [];
  if (text('arn') !== undefined && isArn === undefined) {
    say(
      `.arn is '${text('arn')}': it must be arn:aws:iam::ACCOUNT:user/NAME or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`,
    );
  }
  const ofArn = userAccount ?? roleAccount;
  const accountId = text('accountId') ?? ofArn ?? defaultAccountId;
  if (!/^\d{12}$/.test(accountId)) say(`.accountId is '${accountId}': it must be twelve digits`);
  else if (ofArn !== undefined && ofArn !== accountId) {
    say(
      `.accountId is ${accountId}, and its arn is of ${ofArn}: they must be the same, or leave accountId out`,
    );
  }
  const unnamed = unnamedIdentity(accessKeyId, accountId);
  return {
    secretAccessKey: text('secretAccessKey') ?? '',
    sessionToken: text('sessionToken'),
    identity: { arn: text('arn') ?? unnamed.arn, accountId, userId: text('userId') ?? unnamed.userId },
  };
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
