import { type ServerResponse } from 'node:http';
import { LIMITS } from '../limits.js';
import { type EventFilter } from '../recorder/gateway-event.js';
import { type Recorder } from '../recorder/recorder.js';

/**
 * Server-sent events for one reader. It reads from the recorder's memory at the pace of the reader, so that a slow
 * reader has no buffer of its own. A reader that falls behind the oldest record is cut off; its next request names the last
 * event that it has, and continues with what is left.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  readonly #stopListening: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #position: number;
  /** The reader has not yet taken what was written. */
  #isBlocked = false;
  #isScheduled = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly response: ServerResponse,
    after: number,
    private readonly filter: EventFilter,
  ) {
    this.#position = Math.max(after, recorder.lastEvictedId);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    this.#stopListening = recorder.listen(() => this.#schedule());
    // proxies and clients close connections that are silent
    this.#heartbeat = setInterval(() => {
      if (!this.#isBlocked) response.write(':\n\n');
    }, LIMITS.heartbeatMs).unref();
    response.once('close', () => this.#release());
    response.on('drain', () => {
      this.#isBlocked = false;
      this.#schedule();
    });
    this.#schedule();
  }

  /** Sends what was recorded until now, and ends. */
  end(): void {
    this.#send();
    this.#release();
    this.response.end();
  }

  /** Once for all events of a turn. */
  #schedule(): void {
    if (this.recorder.lastEvictedId > this.#position) this.response.destroy();
    if (this.#isBlocked || this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.response.writableEnded && !this.response.destroyed) this.#send();
    });
  }

  #send(): void {
    if (this.#isBlocked) return;
    let text = '';
    for (const event of this.recorder.after(this.#position, this.filter)) {
      text += `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
      this.#position = event.id;
      if (text.length > LIMITS.eventChunkBytes) break;
    }
    const hasMore = text.length > LIMITS.eventChunkBytes;
    if (!hasMore) this.#position = this.recorder.lastId;
    if (text !== '') this.#isBlocked = !this.response.write(text);
    if (hasMore) this.#schedule();
  }

  #release(): void {
    this.#stopListening();
    clearInterval(this.#heartbeat);
  }
}
