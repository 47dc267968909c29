import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Logger } from 'pino';
import { readBody } from '../http-body.js';
import { LIMITS } from '../limits.js';
import { AccessRefused } from './access-refused.js';
import { sendCookie, tokenOfCookie, tokenOfLink } from './admin-cookie.js';
import { AdminToken, type AdminTokenPolicy } from './admin-token.js';
import { checkHostAndOrigin, type HostAndOriginRules } from './host-and-origin.js';
import { sendPreflight, sendRefusal, setCorsHeaders } from './access-responses.js';
import { type Surface } from './surface.js';

/** Decides whether a request may command the gateway, before it is served. */
export class Access {
  readonly #token: AdminToken | undefined;

  constructor(
    private readonly rules: HostAndOriginRules,
    policy: AdminTokenPolicy,
    private readonly log: Logger,
  ) {
    this.#token = policy.kind === 'required' ? new AdminToken(policy.token) : undefined;
  }

  /**
   * Checks, in this order: Host, Origin, admin token, content type; then reads the body and checks its signature.
   *
   * @returns the body, empty for `@connections`, which reads its own; `undefined` when the response was sent: a
   *   refusal, the preflight response for a page of an allowed origin, or the cookie for the inspector
   */
  async admit(
    request: IncomingMessage,
    response: ServerResponse,
    surface: Surface,
    pathname: string,
  ): Promise<Buffer | undefined> {
    if (surface === 'admin') {
      response.setHeader('X-Content-Type-Options', 'nosniff').setHeader('Cache-Control', 'no-store');
    }
    try {
      const { host = [] } = request.headersDistinct;
      const pageOrigin = checkHostAndOrigin({ host, origin: request.headers.origin }, this.rules);
      if (pageOrigin !== undefined) {
        setCorsHeaders(response, pageOrigin);
        if (isPreflight(request)) {
          sendPreflight(request, response);
          return undefined;
        }
      }
      if (surface === 'connections') return Buffer.alloc(0);
      const linkToken = surface === 'admin' ? tokenOfLink(request) : undefined;
      if (linkToken !== undefined && this.#token !== undefined) {
        this.#token.checkBearer(linkToken);
        sendCookie(request, response, linkToken, this.rules.scheme === 'https');
        return undefined;
      }
      return await this.#readCommand(request, surface, pathname);
    } catch (error) {
      if (!(error instanceof AccessRefused)) throw error;
      this.#logRefusal(request, pathname, error);
      sendRefusal(response, surface, error);
      return undefined;
    }
  }

  #logRefusal(
    { method, headers: { host, origin } }: IncomingMessage,
    path: string,
    error: AccessRefused,
  ): void {
    // the first line only: the others have the text to sign, which contains headers
    const [detail] = error.message.split('\n');
    this.log.warn({ reason: error.reason, method, host, origin, path, detail }, 'request refused');
  }

  async #readCommand(
    request: IncomingMessage,
    surface: 'admin' | 'control',
    pathname: string,
  ): Promise<Buffer> {
    const { method = '', url: target = '', rawHeaders, headers } = request;
    const checkSignature =
      // health checks of containers have no token, and the response contains no secret
      pathname === '/_gateway/health'
        ? undefined
        : this.#token?.check({ method, target, rawHeaders }, authorizationOf(request, surface));
    if (hasBody(request)) requireJson(headers['content-type']);
    const maxBytes = MAX_BODY_BYTES[surface];
    const body = await readBody(request, maxBytes);
    if (body === undefined) throw new AccessRefused('body_too_large', `the body is over ${maxBytes} bytes`);
    checkSignature?.(body);
    return body;
  }
}

/** The cookie of the inspector takes the place of the header, below `/_gateway/` only. */
function authorizationOf(request: IncomingMessage, surface: 'admin' | 'control'): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined || surface !== 'admin') return authorization;
  const token = tokenOfCookie(request);
  return token === undefined ? undefined : `Bearer ${token}`;
}

const MAX_BODY_BYTES = { admin: LIMITS.adminBodyBytes, control: LIMITS.controlBodyBytes };

const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** A content type that a form or a simple request of a web page cannot have. */
function requireJson(contentType: string | undefined): void {
  if (contentType !== undefined && JSON_TYPE.test(contentType)) return;
  const found = contentType === undefined ? 'missing' : `'${contentType.slice(0, 100)}'`;
  throw new AccessRefused(
    'not_json',
    `the body's Content-Type is ${found}: it must be application/json. With curl, use --json instead of --data, or add -H 'Content-Type: application/json'`,
  );
}

const JSON_TYPE = /^application\/(json|[\w.-]+\+json|x-amz-json-1\.\d)[ \t]*(;|$)/i;
