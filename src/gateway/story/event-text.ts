import { type Body, type EventType, type GatewayEvent, type Result } from '../recorder/gateway-event.js';

/** The words for an event that `tail` and the inspector share. */
export const RESULT_TEXTS: Readonly<Record<Result, string>> = {
  connected: 'connected',
  never_connected: 'never connected',
  replied: 'replied',
  dropped: 'response dropped',
  error_frame: 'error frame sent',
  undelivered: 'not delivered',
  refused: 'refused',
  not_called: 'no integration called',
  failed: 'integration failed',
  done: 'done',
};

const FAILED: ReadonlySet<Result> = new Set([
  'never_connected',
  'error_frame',
  'undelivered',
  'refused',
  'failed',
]);

/** Whether someone should look: it was refused, something was lost, or an integration responded with an error. */
export const hasFailed = ({ outcome: { result, status = 0 } }: GatewayEvent): boolean =>
  FAILED.has(result) || status >= 400;

/** `response dropped: the route is one-way` */
export function outcomeText({ outcome: { result, reason } }: GatewayEvent): string {
  return reason === undefined ? RESULT_TEXTS[result] : `${RESULT_TEXTS[result]}: ${reason}`;
}

/** What the event was about, in one line: the message, the URL, or the close code. */
export function subjectText({ type, steps, isCut }: GatewayEvent): string {
  if (isCut === true) return '(too large to be recorded)';
  for (const step of steps) {
    switch (step.step) {
      case 'frame':
        return bodyLine(step.body);
      case 'close':
        return `${step.code} ${step.reason}`.trimEnd();
      case 'client_request':
        return requestLine(type, step);
      case 'clock':
        return `+${durationText(step.advancedMs)}, now ${step.now}`;
      case 'faults':
        return Object.keys(step.faults).length === 0 ? 'none' : JSON.stringify(step.faults);
      default:
    }
  }
  return '';
}

/** The path of `@connections` says no more than the connection's id. */
function requestLine(
  type: EventType,
  { method, url, body }: { readonly method: string; readonly url: string; readonly body?: Body },
): string {
  if (type === 'handshake') return url;
  if (type !== 'callback') return `${method} ${url}`;
  return body === undefined || body.bytes === 0 ? method : `${method} ${bodyLine(body)}`;
}

/** A body in one line; what is not shown is marked by `…`. */
export function bodyLine({ bytes, text, isBase64, isCut }: Body, maxCharacters = 200): string {
  if (bytes === 0) return '(empty)';
  if (isBase64 === true) return `(${sizeText(bytes)} that are not UTF-8)`;
  const line = visibleControls(text);
  if (line.length <= maxCharacters && isCut !== true) return line;
  return `${line.slice(0, maxCharacters)}… (${sizeText(bytes)})`;
}

/** Replaces control characters, which could command a terminal, by text such as `\u001b`. */
export const visibleControls = (text: string): string =>
  text.replaceAll(
    /\p{Cc}/gu,
    (control) => SHORT_ESCAPES[control] ?? `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `14 bytes`, `41.2 KB` */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** `0.4 ms`, `6 ms`, `1.25 s`, `29 s`, `10 min`, `2 h` */
export function durationText(ms: number): string {
  if (ms < 10) return `${trimmed(ms, 1)} ms`;
  if (ms < 1_000) return `${trimmed(ms, 0)} ms`;
  if (ms < 60_000) return `${trimmed(ms / 1_000, 2)} s`;
  return ms < 3_600_000 ? `${trimmed(ms / 60_000, 1)} min` : `${trimmed(ms / 3_600_000, 2)} h`;
}

const trimmed = (value: number, digits: number) => Number(value.toFixed(digits)).toString();
