import { UsageError } from '../usage-error.js';

/**
 * The URL of a running gateway: the operand, or the port `GATEWAY_PORT` of this machine.
 *
 * @throws {UsageError} it is not an HTTP URL
 */
export function readGatewayUrl(operand: string | undefined, env: NodeJS.ProcessEnv): string {
  const url = operand ?? `http://127.0.0.1:${env.GATEWAY_PORT || '8080'}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(`'${url}' is not the URL of a gateway, such as http://127.0.0.1:8080`);
}
