import { readJsonFile } from '../settings-file.js';
import { UsageError } from '../usage-error.js';
import { type AccessKeys, accessKeysOfEnvironment, readAccessKeys } from './access-keys.js';
import { parsePolicy, type Policy, PolicyError } from './policy.js';

/** Who may call, and what. */
export interface IamSettings {
  /** Whether a call of `@connections` has to be signed. A route with `AWS_IAM` asks for a signature in any case. */
  readonly auth: 'off' | 'sigv4';
  /** `undefined`: none is known, so a signature is read and its secret cannot be checked. */
  readonly accessKeys: AccessKeys | undefined;
  readonly policies: Policies;
}

export interface Policies {
  /** By the identity's ARN. */
  readonly byArn: ReadonlyMap<string, Policy>;
  /** Of those who have none of their own; without it they are allowed nothing. */
  readonly others: Policy | undefined;
}

/** Without `--policy`, whoever can sign may do everything. */
export const FULL_ACCESS: Policies = {
  byArn: new Map(),
  others: parsePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
};

/** Nothing is signed; `AWS_IAM` routes take any access key. */
export const IAM_OFF: IamSettings = { auth: 'off', accessKeys: undefined, policies: FULL_ACCESS };

/**
 * Reads `--auth`, `--credentials FILE` and `--policy FILE`.
 *
 * @param accountId twelve digits; of identities that name none
 * @throws {UsageError} naming the flag, the file and what is wrong in it
 */
export function readIamSettings(
  flags: { readonly auth?: string; readonly credentials?: string; readonly policy?: string },
  env: NodeJS.ProcessEnv,
  accountId: string,
): IamSettings {
  const { auth = 'off', credentials, policy } = flags;
  if (auth !== 'off' && auth !== 'sigv4') {
    throw new UsageError(`--auth is '${auth}': it must be off or sigv4`);
  }
  const policies = policy === undefined ? FULL_ACCESS : readPolicies(policy);
  if (credentials !== undefined) {
    return { auth, accessKeys: readAccessKeys(credentials, accountId), policies };
  }
  // the environment of whoever works with AWS has keys that have nothing to do with this gateway
  const accessKeys = auth === 'off' ? undefined : accessKeysOfEnvironment(env, accountId);
  if (auth === 'sigv4' && accessKeys === undefined) {
    throw new UsageError(
      '--auth sigv4 needs to know who may sign: give --credentials FILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  return { auth, accessKeys, policies };
}

/** One policy for all identities, or an object of ARN → policy. */
function readPolicies(file: string): Policies {
  const json = readJsonFile('--policy', file);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UsageError(`--policy: ${file} must be a policy, or an object of identity's ARN → policy`);
  }
  if ('Statement' in json || 'Version' in json) {
    return { byArn: new Map(), others: readPolicy(json, `--policy: ${file}`) };
  }
  const byArn = Object.entries(json).map(([arn, document]) => {
    if (arn.startsWith('arn:')) return [arn, readPolicy(document, `--policy: ${file}: ${arn}`)] as const;
    throw new UsageError(
      `--policy: ${file} has '${arn}': it must be a policy, with Version and Statement, or an object of identity's ARN → policy`,
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
