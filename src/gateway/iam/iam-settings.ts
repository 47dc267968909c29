import { readJsonFile } from '../settings-file.js';
import { UsageError } from '../usage-error.js';
import { type AccessKeys, accessKeysOfEnvironment, readAccessKeys } from './access-keys.js';
import { parsePolicy, type Policy, PolicyError } from './policy.js';

/** Access keys and policies of callers. */
export interface IamSettings {
  /** Whether requests to `@connections` must be signed. A route with `AWS_IAM` always requires a signature. */
  readonly auth: 'off' | 'sigv4';
  /** `undefined` when none are known: a signature is then required, but its secret is not checked. */
  readonly accessKeys: AccessKeys | undefined;
  readonly policies: Policies;
}

export interface Policies {
  /** ARN of an identity → its policy. */
  readonly byArn: ReadonlyMap<string, Policy>;
  /** Policy of all other identities; without it they are allowed nothing. */
  readonly others: Policy | undefined;
}

/** Without `--policy`, every identity is allowed everything. */
export const FULL_ACCESS: Policies = {
  byArn: new Map(),
  others: parsePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
};

/** No signatures; routes with `AWS_IAM` accept any access key. */
export const IAM_OFF: IamSettings = { auth: 'off', accessKeys: undefined, policies: FULL_ACCESS };

/**
 * Reads `--auth`, `--credentials FILE` and `--policy FILE`.
 *
 * @param accountId twelve digits; for identities without an account id
 * @throws {UsageError} names the option, the file and its problem
 */
export function readIamSettings(
  flags: { readonly auth?: string; readonly credentials?: string; readonly policy?: string },
  env: NodeJS.ProcessEnv,
  accountId: string,
): IamSettings {
  const { auth = 'off', credentials, policy } = flags;
  const read = (flag: string, file: string) => ({
    where: `${flag}: ${file}`,
    json: readJsonFile(flag, file),
  });
  return iamSettings(
    {
      auth,
      credentials: credentials === undefined ? undefined : read('--credentials', credentials),
      policy: policy === undefined ? undefined : read('--policy', policy),
    },
    env,
    accountId,
  );
}

/** The content of a file, or a value of a program. */
interface Source {
  /** Begins error messages. */
  readonly where: string;
  readonly json: unknown;
}

/**
 * @param accountId twelve digits; for identities without an account id
 * @throws {UsageError} names the source and its problem
 */
export function iamSettings(
  sources: {
    readonly auth: string;
    readonly credentials: Source | undefined;
    readonly policy: Source | undefined;
  },
  env: NodeJS.ProcessEnv,
  accountId: string,
): IamSettings {
  const { auth, credentials, policy } = sources;
  if (auth !== 'off' && auth !== 'sigv4') {
    throw new UsageError(`--auth is '${auth}': it must be off or sigv4`);
  }
  const policies = policy === undefined ? FULL_ACCESS : readPolicies(policy);
  if (credentials !== undefined) {
    const accessKeys = readAccessKeys(credentials.json, credentials.where, accountId);
    return { auth, accessKeys, policies };
  }
  // with auth off, keys in the environment are unrelated to this gateway
  const accessKeys = auth === 'off' ? undefined : accessKeysOfEnvironment(env, accountId);
  if (auth === 'sigv4' && accessKeys === undefined) {
    throw new UsageError(
      '--auth sigv4 needs access keys: give --credentials FILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  return { auth, accessKeys, policies };
}

/** One policy for all identities, or an object of ARN → policy. */
function readPolicies({ json, where }: Source): Policies {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UsageError(`${where} must be a policy, or an object of ARN → policy`);
  }
  if ('Statement' in json || 'Version' in json) {
    return { byArn: new Map(), others: readPolicy(json, where) };
  }
  const byArn = Object.entries(json).map(([arn, document]) => {
    if (arn.startsWith('arn:')) return [arn, readPolicy(document, `${where}: ${arn}`)] as const;
    throw new UsageError(
      `${where} has '${arn}': it must be a policy, with Version and Statement, or an object of ARN → policy`,
    );
  });
  return { byArn: new Map(byArn), others: undefined };
}

function readPolicy(document: unknown, where: string): Policy {
  try {
    return parsePolicy(document);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new UsageError(`${where}: ${error.message}`, { cause: error });
  }
}
