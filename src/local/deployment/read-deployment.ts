import { type LocalDeployment } from './deploy-locally.js';

/**
 * Reads the deployment from the environment. An empty variable counts as not set.
 *
 * @throws {Error} with the name of the wrong variable and what is expected
 */
export function readDeployment(env: NodeJS.ProcessEnv): LocalDeployment {
  if (!env['GATEWAY_SECRET'])
    throw new Error('GATEWAY_SECRET is not set: set it to the same value as for the service');
  return {
    gatewayUrl: readUrl('GATEWAY_URL', env['GATEWAY_URL'] || 'http://127.0.0.1:8080'),
    serviceUrl: readUrl('SERVICE_URL', env['SERVICE_URL'] || 'http://127.0.0.1:3000'),
    gatewaySecret: env['GATEWAY_SECRET'],
    adminToken: env['GATEWAY_ADMIN_TOKEN'] || undefined,
    replies: readReplies(env['REPLIES']),
  };
}

/** @throws {Error} with what is expected */
export function readReplies(text: string | undefined): 'callback' | 'response' {
  const replies = text || 'callback';
  if (replies === 'callback' || replies === 'response') return replies;
  throw new Error(`REPLIES=${replies}: expected callback or response, the same as for the service`);
}

/** @returns the URL without a slash at its end, because paths are appended */
function readUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, '');
  throw new Error(`${name}=${text}: expected a URL such as http://127.0.0.1:8080`);
}
