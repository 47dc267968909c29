import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { Readings } from './readings.js';

/**
 * What this task counts and measures, for Prometheus; OPERATING.md has the table. No id, no name of a channel and nothing
 * else that a client chooses becomes a label.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #readings = new Readings(this.#registry);

  readonly #connectionsOpened = this.#counter('connections_opened_total', 'Connections let in at $connect');
  readonly #connectionsClosed = this.#counter(
    'connections_closed_total',
    'Connections forgotten because they are gone',
  );
  readonly #messages = this.#counter('messages_total', 'Messages of clients handled', ['action', 'result']);
  readonly #messageSeconds = this.#histogram(
    'message_duration_seconds',
    'Until the answer to a message is known, which is then posted',
    SECONDS,
    ['action'],
  );
  readonly #tries = this.#counter('callback_tries_total', 'Requests to @connections', [
    'operation',
    'result',
  ]);
  readonly #trySeconds = this.#histogram(
    'callback_try_duration_seconds',
    'Until a request to @connections was answered or given up',
    SECONDS,
    ['operation'],
  );
  readonly #deliveries = this.#counter('callback_messages_total', 'Messages delivered or given up', [
    'result',
  ]);
  readonly #fanOutRecipients = this.#histogram(
    'fan_out_recipients',
    'Members to whom a message to a channel goes',
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
  );
  readonly #fanOutSeconds = this.#histogram(
    'fan_out_duration_seconds',
    'Until a message to a channel was sent to all of them, or put into shards',
    SECONDS,
    ['way'],
  );
  readonly #storeSeconds = this.#histogram(
    'store_duration_seconds',
    'Until the store has answered',
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5],
    ['method', 'result'],
  );
  readonly #requestSeconds = this.#histogram(
    'http_request_duration_seconds',
    'Until a request was answered',
    SECONDS,
    ['route', 'status'],
  );
  readonly #sweeps = this.#counter('sweeps_total', 'Looks for connections that left unnoticed', ['result']);
  readonly #swept = this.#counter('swept_connections_total', 'Idle connections asked about by a sweep', [
    'result',
  ]);

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  connectionOpened(): void {
    this.#connectionsOpened.inc();
  }

  connectionClosed(): void {
    this.#connectionsClosed.inc();
  }

  /** @param action one that there is, or `unknown` @param result `ok`, or the code that the sender is told */
  messageHandled(action: string, result: string, seconds: number): void {
    this.#messages.inc({ action, result });
    this.#messageSeconds.observe({ action }, seconds);
  }

  /** One request to `@connections`, which may carry several messages. */
  callbackTried(operation: string, result: string, seconds: number): void {
    this.#tries.inc({ operation, result });
    this.#trySeconds.observe({ operation }, seconds);
  }

  /** One message, after all its tries. */
  callbackEnded(result: string): void {
    this.#deliveries.inc({ result });
  }

  /** @param way sent by this task, or put into shards for all of them */
  fannedOut(way: 'here' | 'shards', recipients: number, seconds: number): void {
    this.#fanOutRecipients.observe(recipients);
    this.#fanOutSeconds.observe({ way }, seconds);
  }

  /** @param method of the store; each page is one answer */
  storeAnswered(method: string, result: 'ok' | 'unavailable' | 'failed', seconds: number): void {
    this.#storeSeconds.observe({ method, result }, seconds);
  }

  /** @param route its pattern, or `none` */
  requestAnswered(route: string, status: number, seconds: number): void {
    this.#requestSeconds.observe({ route, status }, seconds);
  }

  connectionSwept(result: 'open' | 'gone' | 'failed'): void {
    this.#swept.inc({ result });
  }

  swept(result: 'finished' | 'cut' | 'throttled' | 'failed'): void {
    this.#sweeps.inc({ result });
  }

  /** What is not counted here but read when somebody looks. */
  get readings(): Readings {
    return this.#readings;
  }

  /** For {@link text}. */
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
