import { CLOSES } from '../errors.js';
import { type FaultSettings } from '../faults.js';
import { type Body, type GatewayEvent, type HeaderList } from '../recorder/gateway-event.js';
import { stepOf } from '../story/step-of.js';

/** What a client, or a person with the gateway's commands, did in a session. */
export type ClientAction = { readonly event: GatewayEvent } & (
  | {
      readonly kind: 'connect';
      readonly connectionId: string;
      readonly url: string;
      readonly headers: HeaderList;
    }
  | { readonly kind: 'frame'; readonly connectionId: string; readonly body: Body }
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly url: string;
      readonly headers: HeaderList;
      readonly body: Body | undefined;
    }
  | { readonly kind: 'close'; readonly connectionId: string; readonly code: number; readonly reason: string }
  | { readonly kind: 'clock'; readonly advancedMs: number }
  | { readonly kind: 'faults'; readonly faults: FaultSettings }
);

export interface ClientActions {
  /** In the order in which they began. */
  readonly actions: readonly ClientAction[];
  /** A sentence for each event that a client caused and that cannot be played again. */
  readonly skipped: readonly string[];
}

/** The actions of a session. What the gateway and the backend did follows from them, and is no action. */
export function clientActions(events: readonly GatewayEvent[]): ClientActions {
  const actions: ClientAction[] = [];
  const skipped: string[] = [];
  const connected = new Set<string>();
  const closed = new Set<string>();
  let isClockMoved = false;
  for (const event of events.toSorted((a, b) => a.startedMs - b.startedMs || a.id - b.id)) {
    const { id, type: kind, connectionId = '' } = event;
    const skip = (reason: string) => void skipped.push(`event ${id}, ${kind}: ${reason}`);
    switch (kind) {
      case 'handshake': {
        const request = stepOf(event, 'client_request');
        if (connectionId === '' || request === undefined) {
          skip('it was refused before it had a connection');
          break;
        }
        connected.add(connectionId);
        const { url, headers = [] } = request;
        actions.push({ kind: 'connect', event, connectionId, url, headers });
        break;
      }
      case 'message': {
        const body = stepOf(event, 'frame')?.body;
        if (!connected.has(connectionId)) skip(`the handshake of ${connectionId} is not in the session`);
        else if (body === undefined || body.isCut === true)
          skip('the session has only the beginning of its frame');
        else actions.push({ kind: 'frame', event, connectionId, body });
        break;
      }
      case 'http_request': {
        const request = stepOf(event, 'client_request');
        const body = stepOf(event, 'request_body')?.body;
        if (request === undefined || body?.isCut === true) {
          skip('the session has only the beginning of its body');
          break;
        }
        const { method, url, headers = [] } = request;
        actions.push({ kind: 'request', event, method, url, headers, body });
        break;
      }
      case 'close': {
        const close = stepOf(event, 'close');
        // there is an event for each call of $disconnect
        if (close === undefined || closed.has(connectionId)) break;
        closed.add(connectionId);
        if (close.cause !== undefined || !connected.has(connectionId)) break;
        if (BAD_FRAMES.includes(close.code))
          skip('the frame for which the gateway closed is not in the session');
        else if (!isGatewayClose(close) || (close.code === CLOSES.goingAway.code && !isClockMoved)) {
          actions.push({ kind: 'close', event, connectionId, code: close.code, reason: close.reason });
        }
        break;
      }
      case 'clock': {
        const clock = stepOf(event, 'clock');
        isClockMoved = true;
        if (clock !== undefined) actions.push({ kind: 'clock', event, advancedMs: clock.advancedMs });
        break;
      }
      case 'faults': {
        const faults = stepOf(event, 'faults');
        if (faults !== undefined) actions.push({ kind: 'faults', event, faults: faults.faults });
        break;
      }
      case 'callback':
      case 'request':
      case 'control':
      case 'replay':
        break;
      default:
        kind satisfies never;
    }
  }
  return { actions, skipped };
}

const BAD_FRAMES: readonly number[] = [CLOSES.tooBig.code, CLOSES.binary.code];

/** Whether the gateway closed: its clock was moved, it stopped, or the backend deleted the connection. */
const isGatewayClose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
  [CLOSES.goingAway, CLOSES.deleted].some((close) => close.code === code && close.reason === reason);
