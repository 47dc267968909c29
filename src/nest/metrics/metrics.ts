import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { Readings } from './readings.js';

/**
 * The metrics of this task for Prometheus; docs/operating.md has the table. Ids, channel names and other values that a
 * client chooses are never labels.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #readings = new Readings(this.#registry);

  readonly #connectionsOpened = this.#counter('connections_opened_total', 'Connections accepted at $connect');
  readonly #connectionsClosed = this.#counter(
    'connections_closed_total',
    'Connections removed because they are gone',
  );
  readonly #messages = this.#counter('messages_total', 'Client messages handled', ['action', 'result']);
  readonly #messageSeconds = this.#histogram(
    'message_duration_seconds',
    'Time until the reply to a client message is ready to be posted',
    SECONDS,
    ['action'],
  );
  readonly #attempts = this.#counter('callback_tries_total', 'Requests to @connections', [
    'operation',
    'result',
  ]);
  readonly #attemptSeconds = this.#histogram(
    'callback_try_duration_seconds',
    'Time until a request to @connections has its response or times out',
    SECONDS,
    ['operation'],
  );
  /** Read at each scrape: a counter with labels looks them up for each message. */
  readonly #metered = { in: 0, out: 0 };
  readonly #meteredSaved = this.#counter(
    'metered_messages_saved_total',
    'Messages that API Gateway did not bill because several were posted as one',
  );
  readonly #deliveries = this.#counter('callback_messages_total', 'Messages delivered or failed', ['result']);
  readonly #connectionsClosing = this.#counter(
    'callback_connections_closed_total',
    'Connections closed because their clients do not read, or send too much',
    ['reason'],
  );
  readonly #fanOutRecipients = this.#histogram(
    'fan_out_recipients',
    'Recipients of a channel message',
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
  );
  readonly #fanOutSeconds = this.#histogram(
    'fan_out_duration_seconds',
    'Time until a channel message was sent to all recipients, or put into shards',
    SECONDS,
    ['way'],
  );
  readonly #storeSeconds = this.#histogram(
    'store_duration_seconds',
    'Time of a store call',
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5],
    ['method', 'result'],
  );
  readonly #requestSeconds = this.#histogram(
    'http_request_duration_seconds',
    'Time until the response to an HTTP request was sent',
    SECONDS,
    ['route', 'status'],
  );
  readonly #sweeps = this.#counter(
    'sweeps_total',
    'Sweeps for connections that are gone without $disconnect',
    ['result'],
  );
  readonly #swept = this.#counter('swept_connections_total', 'Idle connections checked by a sweep', [
    'result',
  ]);

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#readings.counts(
      'metered_messages_total',
      'Messages as API Gateway bills them: one for each started 32 KB',
      'direction',
      () => this.#metered,
    );
  }

  connectionOpened(): void {
    this.#connectionsOpened.inc();
  }

  connectionClosed(): void {
    this.#connectionsClosed.inc();
  }

  /** @param action an existing one, or `unknown` @param result `ok`, or the code of the error reply */
  messageHandled(action: string, result: string, seconds: number): void {
    this.#messages.inc({ action, result });
    this.#messageSeconds.observe({ action }, seconds);
  }

  /** One request to `@connections`, which may carry several messages. */
  callbackAttempted(operation: string, result: string, seconds: number): void {
    this.#attempts.inc({ operation, result });
    this.#attemptSeconds.observe({ operation }, seconds);
  }

  /** @param units as how many messages API Gateway bills a message of a client, or a post */
  metered(direction: 'in' | 'out', units: number): void {
    this.#metered[direction] += units;
  }

  /** @param units that were not billed because several messages were posted as one */
  meteredSaved(units: number): void {
    this.#meteredSaved.inc(units);
  }

  /** One message, after all its attempts. */
  callbackEnded(result: string): void {
    this.#deliveries.inc({ result });
  }

  connectionClosing(reason: string): void {
    this.#connectionsClosing.inc({ reason });
  }

  /** @param way sent by this task, or put into shards for all tasks */
  fannedOut(way: 'here' | 'shards', recipients: number, seconds: number): void {
    this.#fanOutRecipients.observe(recipients);
    this.#fanOutSeconds.observe({ way }, seconds);
  }

  /** @param method of the store; each page counts as one call */
  storeCallCompleted(method: string, result: 'ok' | 'unavailable' | 'failed', seconds: number): void {
    this.#storeSeconds.observe({ method, result }, seconds);
  }

  /** @param route pattern of the route, or `none` */
  requestCompleted(route: string, status: number, seconds: number): void {
    this.#requestSeconds.observe({ route, status }, seconds);
  }

  connectionSwept(result: 'open' | 'gone' | 'failed'): void {
    this.#swept.inc({ result });
  }

  swept(result: 'finished' | 'cut' | 'throttled' | 'failed'): void {
    this.#sweeps.inc({ result });
  }

  /** Metrics that are read at each scrape. */
  get readings(): Readings {
    return this.#readings;
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus's text format. */
  async text(): Promise<string> {
    return this.#registry.metrics();
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({
      name: `backchannel_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ): Histogram<Label> {
    return new Histogram({
      name: `backchannel_${name}`,
      help,
      buckets,
      labelNames: [...labelNames],
      registers: [this.#registry],
    });
  }
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
