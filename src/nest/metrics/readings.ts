import { Counter, Gauge, type Registry } from 'prom-client';

/** Functions that read the current values. */
export interface Sources {
  /** Counts of all tasks together; undefined if not known. */
  readonly inStore: () => Promise<InStore | undefined>;
  readonly queuedMessages: () => number;
  readonly queuedBytes: () => number;
  readonly fanOutConcurrency: () => number;
  readonly activeShards: () => number;
  /** Shards of this task since its start, by outcome. */
  readonly shardsByOutcome: () => Readonly<Record<string, number>>;
  readonly isDraining: () => boolean;
}

export interface InStore {
  readonly connections: number;
  readonly channels: number;
  /** Unfinished shards. */
  readonly shards: number;
}

/** Metrics whose values are read at each scrape. */
export class Readings {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Call this once. */
  from(sources: Sources): void {
    const { inStore } = sources;
    const inStoreGauge = (name: string, help: string, valueOf: (counts: InStore) => number) =>
      // Prometheus shows NaN as a gap
      this.#gauge(name, help, async () =>
        inStore().then((counts) => (counts ? valueOf(counts) : Number.NaN)),
      );
    inStoreGauge('connections', 'Connections of all tasks together', ({ connections }) => connections);
    inStoreGauge('channels', 'Channels with members, of all tasks together', ({ channels }) => channels);
    inStoreGauge('shards_pending', 'Shards that no task has finished yet', ({ shards }) => shards);
    this.#connectionSeconds(inStore);
    this.#gauge('shards_under_way', 'Shards that this task is sending', sources.activeShards);
    this.counts(
      'shards_total',
      'Shards that this task has taken, by outcome',
      'result',
      sources.shardsByOutcome,
    );
    this.#gauge(
      'callback_queue_messages',
      'Messages queued or in flight for all connections',
      sources.queuedMessages,
    );
    this.#gauge('callback_queue_bytes', 'Bytes of these messages', sources.queuedBytes);
    this.#gauge(
      'callback_fan_out_concurrency',
      'Current limit of concurrent posts of messages to many',
      sources.fanOutConcurrency,
    );
    this.#gauge('draining', '1 while this task drains', () => Number(sources.isDraining()));
  }

  /**
   * A counter of seconds, from the number of open connections at each scrape: like that number, it is of all tasks
   * together.
   */
  #connectionSeconds(read: () => Promise<InStore | undefined>): void {
    let readAt = performance.now();
    const counter = new Counter({
      name: 'backchannel_connection_seconds_total',
      help: 'Seconds of all connections of all tasks together, while this task is scraped',
      registers: [],
      async collect() {
        const counts = await read();
        const now = performance.now();
        if (counts) this.inc((counts.connections * (now - readAt)) / 1_000);
        readAt = now;
      },
    });
    this.#registry.registerMetric(counter);
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge = new Gauge({
      name: `backchannel_${name}`,
      help,
      // registered below
      registers: [],
      async collect() {
        this.set(await read());
      },
    });
    this.#registry.registerMetric(gauge);
  }

  /** A counter with a label, whose values `read` returns by the label's value. */
  counts(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    const counter = new Counter({
      name: `backchannel_${name}`,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
    this.#registry.registerMetric(counter);
  }
}
