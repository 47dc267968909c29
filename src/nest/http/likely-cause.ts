import { type ProblemCode } from '../../api/errors.js';

/** Why Node's parser refused the bytes of a connection, as far as they show it. */
export interface LikelyCause {
  /** A stable name, for the log; docs/troubleshooting.md has an entry for each. */
  readonly cause:
    | 'proxy_protocol_v1'
    | 'proxy_protocol_v2'
    | 'tls'
    | 'http2'
    | 'headers_too_large'
    | 'headers_timeout'
    | 'malformed';
  readonly code: ProblemCode;
  /** The likely cause and what to change. Never contains what was sent, which may be secret. */
  readonly hint: string;
}

/** An error of Node's HTTP server, as its event `clientError` reports it. */
export interface ClientError extends Error {
  readonly code?: string;
  /** A fixed text from llhttp. */
  readonly reason?: string;
  /** The bytes that could not be parsed, from the beginning of the packet. */
  readonly rawPacket?: Buffer;
}

/**
 * Finds the likely cause of a parser error. Connections come from the load balancer, so that most of these errors have
 * one wrong setting there as their cause.
 */
export function likelyCause({ code, reason, rawPacket }: ClientError): LikelyCause {
  if (code === 'HPE_HEADER_OVERFLOW') return HEADERS_TOO_LARGE;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return HEADERS_TIMEOUT;
  const signature = SIGNATURES.find(({ matches }) => rawPacket !== undefined && matches(rawPacket));
  if (signature) return { cause: signature.cause, code: 'not_http', hint: signature.hint };
  return {
    cause: 'malformed',
    code: 'bad_request',
    hint: `this is not HTTP/1.1: ${reason ?? 'it cannot be parsed'}`,
  };
}

const HEADERS_TOO_LARGE: LikelyCause = {
  cause: 'headers_too_large',
  code: 'headers_too_large',
  hint:
    'the request line and the headers are larger than 16 KB; API Gateway sends at most about 10 KB, so look for ' +
    'cookies or long URLs of another caller',
};

const HEADERS_TIMEOUT: LikelyCause = {
  cause: 'headers_timeout',
  code: 'request_timeout',
  hint: 'the headers did not arrive within 60 s',
};

interface Signature extends Pick<LikelyCause, 'cause' | 'hint'> {
  readonly matches: (packet: Buffer) => boolean;
}

const startsWith = (signature: Buffer) => (packet: Buffer) =>
  packet.subarray(0, signature.length).equals(signature);

const SIGNATURES: readonly Signature[] = [
  {
    cause: 'proxy_protocol_v2',
    // https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt, section 2.2
    matches: startsWith(Buffer.from('\r\n\r\n\0\r\nQUIT\n')),
    hint:
      'looks like PROXY protocol v2: switch off proxy_protocol_v2.enabled on the target group ' +
      '(HAProxy: send-proxy-v2)',
  },
  {
    cause: 'proxy_protocol_v1',
    matches: startsWith(Buffer.from('PROXY ')),
    hint:
      'looks like PROXY protocol v1: switch it off at the load balancer ' +
      '(HAProxy: send-proxy, nginx: proxy_protocol)',
  },
  {
    cause: 'tls',
    // a handshake record of any version: RFC 8446, section 5.1
    matches: startsWith(Buffer.from([0x16, 0x03])),
    hint:
      'looks like TLS: this port serves plain HTTP; use the protocol TCP, not TLS, for the target group, ' +
      'and http:// in the URI of the integration',
  },
  {
    cause: 'http2',
    // RFC 9113, section 3.4
    matches: startsWith(Buffer.from('PRI * HTTP/2.0')),
    hint: 'looks like HTTP/2 without TLS (h2c): this port serves HTTP/1.1; switch HTTP/2 off at the caller',
  },
];
