import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type ApiUnderTest } from './api-under-test.js';
import { credentials } from './target.js';

/** The headers by which a handshake is signed. */
export async function signedHandshake(api: ApiUnderTest): Promise<Record<string, string>> {
  const { headers } = await signerOf(api).sign(handshakeOf(api));
  const { host: _, ...signature } = headers;
  return signature;
}

/** The URL by which a handshake is signed, as a browser has to. */
export async function presignedHandshake(api: ApiUnderTest): Promise<string> {
  const { query = {} } = await signerOf(api).presign(handshakeOf(api), { expiresIn: 60 });
  const parameters = new URLSearchParams(query as Record<string, string>);
  return `${api.webSocketUrl}?${parameters.toString().replaceAll('+', '%20')}`;
}

const signerOf = (api: ApiUnderTest) =>
  new SignatureV4({ credentials, region: api.target.region, service: 'execute-api', sha256: Sha256 });

function handshakeOf(api: ApiUnderTest) {
  const { hostname, host, port, pathname } = new URL(api.webSocketUrl);
  return {
    method: 'GET',
    protocol: 'https:',
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: pathname,
    query: {},
    headers: { host },
  };
}
