import { UsageError } from '../usage-error.js';

/** The identity of a caller, as in `context.identity.*` and AWS's messages. */
export interface Identity {
  /** ARN of a user, or of a role's session. */
  readonly arn: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** On AWS it begins with `AIDA`, or `AROA` for a role; by default the access key's id. */
  readonly userId: string;
}

export interface AccessKey {
  readonly secretAccessKey: string;
  /** Required with temporary credentials. */
  readonly sessionToken: string | undefined;
  readonly identity: Identity;
}

/** By access key id. */
export type AccessKeys = ReadonlyMap<string, AccessKey>;

/**
 * Reads the value of `--credentials`: an object of access key id → `{ secretAccessKey, sessionToken?, accountId?, arn?,
 * userId? }`.
 *
 * @param where begins error messages: flag and file
 * @param defaultAccountId for identities without an account id
 * @throws {UsageError} names the entry and what is expected, never a secret
 */
export function readAccessKeys(json: unknown, where: string, defaultAccountId: string): AccessKeys {
  if (!isObject(json)) {
    throw new UsageError(`${where} must be a JSON object of access key id → credentials`);
  }
  const problems: string[] = [];
  const keys = Object.entries(json).map(([accessKeyId, entry]) => {
    const report = (problem: string) => void problems.push(`${where}: ${accessKeyId}${problem}`);
    return [accessKeyId, readEntry(accessKeyId, entry, defaultAccountId, report)] as const;
  });
  if (keys.length === 0) problems.push(`${where} has no entry: no caller could sign`);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return new Map(keys);
}

/** The identity of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and optionally `AWS_SESSION_TOKEN`. */
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

/** The identity of an access key without further details. */
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
  report: (problem: string) => void,
): AccessKey {
  const members = isObject(entry) ? entry : {};
  if (!isObject(entry)) report(' must be an object with secretAccessKey');
  for (const [name, value] of Object.entries(members)) {
    if (!MEMBERS.includes(name)) report(` has '${name}': it may have ${MEMBERS.join(', ')}`);
    else if (typeof value !== 'string' || value === '') report(`.${name} must be a non-empty string`);
  }
  if (isObject(entry) && members.secretAccessKey === undefined) report('.secretAccessKey is missing');

  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined);
  const [isArn, userAccount, roleAccount] = text('arn')?.match(ARN) ?? [];
  if (text('arn') !== undefined && isArn === undefined) {
    report(
      `.arn is '${text('arn')}': it must be arn:aws:iam::ACCOUNT:user/NAME or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`,
    );
  }
  const arnAccount = userAccount ?? roleAccount;
  const accountId = text('accountId') ?? arnAccount ?? defaultAccountId;
  if (!/^\d{12}$/.test(accountId)) report(`.accountId is '${accountId}': it must be twelve digits`);
  else if (arnAccount !== undefined && arnAccount !== accountId) {
    report(
      `.accountId is ${accountId}, but its arn has ${arnAccount}: they must be equal; accountId may be left out`,
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
