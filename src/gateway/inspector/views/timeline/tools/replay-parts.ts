import { type Body, type GatewayEvent, type HeaderList } from '../../../../recorder/gateway-event.js';
import { stepOf } from '../../../../story/step-of.js';

/** A part of an event that can be sent again, with what can be changed in it. */
export interface ReplayPart {
  readonly part: 'client' | 'integration';
  readonly title: string;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: HeaderList;
  readonly body: Body | undefined;
}

export function replayParts(event: GatewayEvent): readonly ReplayPart[] {
  const request = stepOf(event, 'integration_request');
  return [
    ...clientPart(event),
    ...(request?.kind === 'http'
      ? [
          {
            part: 'integration' as const,
            title: 'the request to the integration',
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
          },
        ]
      : []),
  ];
}

function clientPart(event: GatewayEvent): readonly ReplayPart[] {
  const title = TITLES[event.type];
  if (title === undefined) return [];
  const frame = stepOf(event, 'frame');
  if (frame !== undefined) return [{ part: 'client', title, body: frame.body }];
  const request = stepOf(event, 'client_request');
  if (request === undefined) return [];
  const { method, url, headers = [], body = stepOf(event, 'request_body')?.body } = request;
  // a handshake is always a GET, and a post goes to its connection
  const isFixed = event.type === 'handshake';
  return [
    { part: 'client', title, ...(!isFixed && { method }), url, headers, body: isFixed ? undefined : body },
  ];
}

const TITLES: Readonly<Record<string, string>> = {
  message: 'the frame of the client',
  handshake: 'the handshake, as a new connection',
  http_request: 'the request of the client',
  callback: 'the request to @connections',
};

/** `Name: value`, one line each. */
export const headerLines = (headers: HeaderList): string =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n');

/** @throws {Error} names the line that is no header */
export function readHeaderLines(text: string): HeaderList {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, value] = line.match(/^([^\s:]+):\s*(.*?)\s*$/) ?? [];
      if (name === undefined || value === undefined) {
        throw new Error(`'${line}' is not a header: write Name: value`);
      }
      return [name, value] as const;
    });
}
