import { type GatewayEvent } from '../recorder/gateway-event.js';
import { UsageError } from '../usage-error.js';

/** The records of a running gateway that a reader wants. */
export interface EventSourceOptions {
  readonly url: string;
  readonly adminToken: string | undefined;
  /** Query parameters of `/_gateway/events`. */
  readonly filter: Readonly<Record<string, string>>;
  /** Only events with a greater id; by default all. */
  readonly after?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
}

/**
 * The events that a gateway has recorded, and those that follow, until it stops. A connection that breaks is opened again
 * after the last event.
 *
 * @throws {UsageError} the gateway cannot be reached, or refuses
 */
export async function* readEvents(options: EventSourceOptions): AsyncGenerator<GatewayEvent> {
  let lastEventId = options.after ?? 0;
  for (;;) {
    try {
      const body = await open(options, lastEventId);
      for await (const event of parse(body)) {
        lastEventId = event.id;
        yield event;
      }
      return;
    } catch (error) {
      if (options.signal?.aborted === true) return;
      // fetch reports a connection that broke as a TypeError
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

async function open({ url, adminToken, filter, signal }: EventSourceOptions, lastEventId: number) {
  const resource = new URL('/_gateway/events', url);
  resource.search = new URLSearchParams(filter).toString();
  const headers = {
    Accept: 'text/event-stream',
    'Last-Event-ID': String(lastEventId),
    ...(adminToken !== undefined && { Authorization: `Bearer ${adminToken}` }),
  };
  const response = await fetch(resource, { headers, ...(signal && { signal }) }).catch((cause: Error) => {
    const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
    throw new UsageError(`no gateway responds at ${resource.origin}: ${reason}`, { cause });
  });
  if (response.ok && response.body !== null) return response.body;
  throw new UsageError(`${resource.origin} responded with ${response.status}: ${await response.text()}`);
}

/** Server-sent events as the gateway writes them: one `data` line for each event. */
async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<GatewayEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length)) as GatewayEvent;
    }
  }
}
