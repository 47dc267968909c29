import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { isLoopback } from '../loopback.js';
import { limitReads } from './limit-reads.js';

/** AWS credentials in the SDK's format. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialsProvider = () => Promise<AwsCredentials>;

/**
 * The credentials for requests to an endpoint: the SDK's default chain, except for a loopback address. A server on this
 * machine does not check signatures, or knows only its own keys; for it they are the keys of the environment or
 * placeholders, never those of a profile or of the machine's role.
 *
 * @param endpoint undefined for the endpoint of AWS
 */
export function credentialsFor(endpoint: string | undefined, region: string): CredentialsProvider {
  if (endpoint !== undefined && isLoopback(new URL(endpoint).hostname)) {
    const credentials = keysFromEnvironment() ?? PLACEHOLDER;
    return async () => credentials;
  }
  // not left to the SDK's client, whose own chain sends its requests to STS through the client's request handler: for
  // callbacks, to @connections
  return limitReads(() => defaultProvider({ clientConfig: { region } }));
}

/** Where credentials can come from, for error messages about missing ones. */
export function credentialsHint(): string {
  const { AWS_PROFILE: profile } = process.env;
  return (
    'expected a task role, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or an AWS_PROFILE that works' +
    (profile ? ` (AWS_PROFILE is ${profile})` : '')
  );
}

/** Reads the same variables as the SDK's chain. */
function keysFromEnvironment(): AwsCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

const PLACEHOLDER: AwsCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };
