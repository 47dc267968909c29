import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { isLoopback } from '../loopback.js';

/** AWS credentials as the SDK has them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialsProvider = () => Promise<AwsCredentials>;

/**
 * Settings of an SDK client whose endpoint is given, and not derived from the Region. FIPS and dual-stack choose between
 * derived endpoints, and the SDK refuses every request when one of them is on beside an explicit endpoint. So they are
 * off, wherever they come from: `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`, or the AWS config file.
 */
export function explicitEndpoint(endpoint: string) {
  return { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false } as const;
}

/**
 * Who signs requests to an endpoint. What is on this machine does not check signatures, or knows only its own keys: it gets
 * the keys of the environment or placeholders, and neither a profile nor the machine's role is looked at. Everywhere
 * else it is the SDK's default chain.
 *
 * @param endpoint none stands for AWS
 */
export function credentialsFor(endpoint: string | undefined, region: string): CredentialsProvider {
  if (endpoint !== undefined && isLoopback(new URL(endpoint).hostname)) {
    const credentials = keysOfEnvironment() ?? PLACEHOLDER;
    return async () => credentials;
  }
  // made by us, because the chain that a client makes sends its requests to STS through the client's own request handler:
  // to @connections, for callbacks
  return defaultProvider({ clientConfig: { region } });
}

/** How to get credentials, for messages about missing ones. */
export function credentialsHint(): string {
  const { AWS_PROFILE: profile } = process.env;
  return (
    'expected a task role, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or an AWS_PROFILE that works' +
    (profile ? ` (AWS_PROFILE is ${profile})` : '')
  );
}

/** As the SDK's chain reads them. */
function keysOfEnvironment(): AwsCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

const PLACEHOLDER: AwsCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };
