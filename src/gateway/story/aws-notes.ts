import { CLOSES, STILL_CONNECTING } from '../errors.js';
import { type Body, type GatewayEvent, type HeaderList, type Step } from '../recorder/gateway-event.js';
import { INTEGRATION_TIMEOUT_MS } from '../silent/control-choices.js';
import { durationText } from './event-text.js';

/** A trap of API Gateway that an event has met: it happens on AWS as well, where no one explains it. */
export interface AwsNote {
  readonly rule: string;
  /** At most three words. */
  readonly title: string;
  /** One or two sentences: what AWS does, and what to do instead. */
  readonly text: string;
  /** The beginning of its heading in docs/troubleshooting.md. */
  readonly section: string;
}

/** @param post one that the backend sent while it handled the event */
export function awsNotes(event: GatewayEvent, post?: GatewayEvent): readonly AwsNote[] {
  const notes = [...event.steps.flatMap((step) => notesOfStep(step, event)), ...notesOfHandshake(event)];
  if (event.outcome.result === 'error_frame') return [...notes, ERROR_FRAME];
  // a backend that posts expects no reply to be sent
  const isPosting = post !== undefined || notes.includes(CONNECTION_ID_UNMAPPED);
  return isPosting ? notes.filter((note) => note !== NO_REPLY) : notes;
}

function notesOfStep(step: Step, event: GatewayEvent): readonly AwsNote[] {
  const { outcome } = event;
  switch (step.step) {
    case 'failure':
      return step.reason === STILL_CONNECTING ? [POST_DURING_CONNECT] : [];
    case 'integration_request':
      return step.kind === 'http' && lacksConnectionId(step, event) ? [CONNECTION_ID_UNMAPPED] : [];
    case 'close':
      if (step.code === CLOSES.tooBig.code) return [FRAME_TOO_BIG];
      return step.code === CLOSES.binary.code ? [BINARY] : [];
    case 'parameters':
      return step.parameters
        .filter(({ values }) => values.length === 0)
        .map(({ destination, source, whyEmpty = 'it has no value' }) => ({
          rule: 'unmapped-source',
          title: 'mapping empty',
          text: `${destination} is not sent, because ${source} has no value: ${whyEmpty}${whyEmpty.endsWith('?') ? '' : '.'}`,
          section: source.startsWith('route.request.') ? '4' : '3',
        }));
    case 'integration_response':
      return [
        ...(outcome.result === 'dropped' && step.body.bytes > 0 && step.status < 400 ? [NO_REPLY] : []),
        ...(step.latencyMs >= NEAR_TIMEOUT_MS ? [slow(step.latencyMs)] : []),
      ];
    default:
      return [];
  }
}

/** Whether the backend cannot post to the client of a one-way message, because nothing in the request has its id. */
function lacksConnectionId(
  { url, headers, body }: { readonly url: string; readonly headers: HeaderList; readonly body?: Body },
  { type, connectionId, outcome }: GatewayEvent,
): boolean {
  if (type !== 'message' || outcome.result !== 'dropped' || connectionId === undefined) return false;
  if (body?.isCut === true) return false;
  const texts = [url, body?.text ?? '', ...headers.map(([, value]) => value)];
  return !texts.some(
    (text) => text.includes(connectionId) || text.includes(encodeURIComponent(connectionId)),
  );
}

/** A browser closes a connection whose sub-protocols the response does not name. */
function notesOfHandshake({ type, outcome, steps }: GatewayEvent): readonly AwsNote[] {
  if (type !== 'handshake') return [];
  if (outcome.status === 414) return [URL_TOO_LONG];
  if (outcome.result !== 'connected') return [];
  const request = steps.find((step) => step.step === 'client_request');
  const response = steps.findLast((step) => step.step === 'client_response');
  const isOffered = hasHeader(request?.headers, SUB_PROTOCOL);
  return isOffered && !hasHeader(response?.headers, SUB_PROTOCOL) ? [SUB_PROTOCOL_MISSING] : [];
}

const SUB_PROTOCOL = 'sec-websocket-protocol';

const hasHeader = (headers: HeaderList | undefined, name: string) =>
  headers?.some(([each]) => each.toLowerCase() === name) === true;

/** Four fifths of the longest timeout. */
const NEAR_TIMEOUT_MS = INTEGRATION_TIMEOUT_MS.max * 0.8;

const POST_DURING_CONNECT: AwsNote = {
  rule: 'post-during-connect',
  title: 'post in $connect',
  text: 'The backend posts to a connection whose $connect it has not yet responded to. AWS responds with 410 until then. Post after the first message of the client.',
  section: '6',
};

export const CONNECTION_ID_UNMAPPED: AwsNote = {
  rule: 'no-connection-id',
  title: 'no connection id',
  text: 'Nothing in the request to the backend contains the connection id, so the backend cannot post to this client. Map integration.request.header.ConnectionId from context.connectionId.',
  section: '2',
};

const ERROR_FRAME: AwsNote = {
  rule: 'error-frame',
  title: 'error frame',
  text: 'The client receives the error as an ordinary message, and the connection stays open. Clients have to tell it apart from replies.',
  section: '11',
};

const FRAME_TOO_BIG: AwsNote = {
  rule: 'frame-too-big',
  title: 'over 32 KB',
  text: 'AWS closes the connection with 1009 for a frame over 32 KB or a message over 128 KB. Send large data in several frames, or by HTTP.',
  section: '17',
};

const BINARY: AwsNote = {
  rule: 'binary-frame',
  title: 'binary',
  text: 'AWS closes the connection with 1003 for a binary frame. Send text, for example base64 in JSON.',
  section: '17',
};

const NO_REPLY: AwsNote = {
  rule: 'no-reply',
  title: 'no reply',
  text: 'The backend responded with a body, but the route is one-way, so the client receives nothing. Add a route response and RouteResponseSelectionExpression, or post to @connections.',
  section: '10',
};

const SUB_PROTOCOL_MISSING: AwsNote = {
  rule: 'sub-protocol-missing',
  title: 'no sub-protocol',
  text: 'The client offered sub-protocols and the response to $connect names none: browsers close such a connection at once. Return the header Sec-WebSocket-Protocol.',
  section: '8',
};

const URL_TOO_LONG: AwsNote = {
  rule: 'url-too-long',
  title: 'URL too long',
  text: 'AWS refuses a handshake with 414 if its URL has more than 4,096 characters. Send long tokens as a sub-protocol or in the first message.',
  section: '414',
};

const slow = (latencyMs: number): AwsNote => ({
  rule: 'near-timeout',
  title: 'near 29 s',
  text: `The integration took ${durationText(latencyMs)}. AWS ends the call after ${durationText(INTEGRATION_TIMEOUT_MS.max)} at the latest.`,
  section: '20',
});
