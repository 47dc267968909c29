import { parsePolicy } from '../../src/gateway/iam/policy.js';
import { credentials, type StandInOptions } from './target.js';

/** Whom the suite's credentials belong to, for the stand-in. */
export const CALLER = 'arn:aws:sts::000000000000:assumed-role/Role/session';

/**
 * The stand-in asks for signatures, and lets the suite's credentials manage the connections at this ARN.
 *
 * @param denied an ARN whose connections an explicit deny forbids
 */
export function signedOnly(resource: string, denied?: string): StandInOptions {
  if (typeof credentials === 'function') return {};
  const { accessKeyId, secretAccessKey } = credentials;
  const identity = { arn: CALLER, accountId: '000000000000', userId: 'AROACONFORMANCE:session' };
  const Action = 'execute-api:ManageConnections';
  const policy = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action, Resource: resource },
      ...(denied === undefined ? [] : [{ Effect: 'Deny', Action, Resource: denied }]),
    ],
  };
  return {
    iam: {
      auth: 'sigv4',
      accessKeys: new Map([[accessKeyId, { secretAccessKey, sessionToken: undefined, identity }]]),
      policies: { byArn: new Map(), others: parsePolicy(policy) },
    },
  };
}
