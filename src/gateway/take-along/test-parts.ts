import { type Body, type GatewayEvent, type HeaderList } from '../recorder/gateway-event.js';
import { type CopyContext } from './copy.js';
import { stepOf } from '../story/step-of.js';
import { subProtocols } from '../story/client-headers.js';
import { handshakeHeaders, textHeaders } from './text-headers.js';

/** What a test does as the client, and what it expects: the same for each test framework. */
export type TestParts = SocketTest | RequestTest;

interface SocketTest {
  readonly kind: 'socket';
  readonly name: string;
  readonly type: 'handshake' | 'message';
  readonly stage: string;
  /** With the question mark; may be empty. */
  readonly query: string;
  readonly headers: HeaderList;
  readonly protocols: readonly string[];
  readonly frame: Body | undefined;
  readonly outcome: GatewayEvent['outcome'];
  /** Members that the request to the integration has to have. */
  readonly sent: Readonly<Record<string, unknown>> | undefined;
  /** Texts of the frames that the client received as the reply. */
  readonly replies: readonly string[];
  readonly hasTarget: boolean;
}

interface RequestTest {
  readonly kind: 'request';
  readonly name: string;
  readonly stage: string;
  /** Path and query, after the stage. */
  readonly path: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: Body | undefined;
  readonly status: number;
  readonly responseBody: string | undefined;
  readonly hasTarget: boolean;
}

/** @returns `undefined` for an event that no client causes, or whose handshake is not recorded */
export function testParts(event: GatewayEvent, { handshake }: CopyContext): TestParts | undefined {
  const { type, stage, routeKey = '', outcome } = event;
  if (stage === undefined) return undefined;
  const hasTarget = stepOf(event, 'target') !== undefined;
  if (type === 'http_request') {
    const request = stepOf(event, 'client_request');
    if (request === undefined || outcome.status === undefined) return undefined;
    const { method, url, headers = [] } = request;
    const response = stepOf(event, 'client_response')?.body;
    return {
      kind: 'request',
      name: routeKey || `${method} ${url}`,
      stage,
      path: pathBelow(url, event),
      method,
      headers: textHeaders(headers).filter(([name]) => !/^(?:host|accept-encoding)$/i.test(name)),
      body: stepOf(event, 'request_body')?.body,
      status: outcome.status,
      responseBody: response?.isCut === true || response?.isBase64 === true ? undefined : response?.text,
      hasTarget,
    };
  }
  if (type !== 'handshake' && type !== 'message') return undefined;
  const request = stepOf(type === 'handshake' ? event : (handshake ?? event), 'client_request');
  if (request === undefined) return undefined;
  const { url, headers = [] } = request;
  const sent = stepOf(event, 'integration_request');
  const frame = stepOf(event, 'frame')?.body;
  return {
    kind: 'socket',
    name: type === 'handshake' ? 'handshake' : `message ${routeKey}`.trimEnd(),
    type,
    stage,
    query: url.includes('?') ? url.slice(url.indexOf('?')) : '',
    headers: handshakeHeaders(headers),
    protocols: subProtocols(headers),
    frame,
    outcome,
    sent:
      sent?.kind === 'http'
        ? {
            method: sent.method,
            url: sent.url,
            ...(frame !== undefined && sent.body?.text === frame.text && { body: { text: frame.text } }),
          }
        : sent?.kind === 'lambda'
          ? { functionName: sent.functionName }
          : undefined,
    replies: event.steps.flatMap((step) => (step.step === 'client_frame' ? [step.body.text] : [])),
    hasTarget,
  };
}

/** The path without the API's id and the stage. */
function pathBelow(url: string, { apiId = '', stage = '' }: GatewayEvent): string {
  const ofApi = url.replace(`/_apis/${apiId}`, '');
  const prefix = `/${stage}`;
  const isNamed = stage !== '$default' && ofApi.startsWith(prefix);
  return isNamed ? ofApi.slice(prefix.length) : ofApi;
}
