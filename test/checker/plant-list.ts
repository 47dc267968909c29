import { type Rule } from './checks.ts';
import { type FaultKind, type StoreName } from './guarantees.ts';

/** A bug that the checker must find. */
export interface Plant {
  /** Replacements in files of the built service. */
  readonly patches: readonly {
    readonly file: string;
    readonly text: string;
    readonly instead: string;
  }[];
  /** Where it is looked for. */
  readonly store: StoreName;
  readonly faults: readonly FaultKind[];
  /** The violations that show it. */
  readonly shownBy: readonly Rule[];
}

export const PLANTS = {
  'no-fencing': {
    patches: [
      {
        // a task never notices that another one has taken its shard over
        file: 'nest/channels/fan-out/shard-delivery.js',
        text: '#isLost = false;',
        instead: 'get #isLost() { return false; } set #isLost(_) {}',
      },
    ],
    store: 'redis-aof',
    faults: ['freeze-task'],
    shownBy: ['zombie posts'],
  },
  'replay-off-by-one': {
    patches: [
      {
        file: 'nest/channels/replay/replay.js',
        text: 'await this.#add(messageFrame(',
        instead: 'if (offset > this.since.offset + 1) await this.#add(messageFrame(',
      },
    ],
    store: 'embedded',
    faults: ['kill-task'],
    shownBy: ['false recovery'],
  },
  'key-ignored': {
    patches: [
      {
        file: 'nest/backend-api/idempotency.interceptor.js',
        text: 'if (sent === undefined)',
        instead: 'if (true)',
      },
    ],
    store: 'redis-aof',
    faults: ['lost-service-responses'],
    shownBy: ['doubled'],
  },
  'publish-key-ignored': {
    patches: [
      {
        file: 'nest/channels/channels.service.js',
        text: 'key === undefined ?',
        instead: 'true ?',
      },
    ],
    store: 'embedded',
    faults: ['lost-callback-responses'],
    shownBy: ['doubled', 'repeat differs'],
  },
  'acknowledged-before-append': {
    patches: [
      {
        file: 'nest/channels/channels.service.js',
        text: 'await this.logStore.append(',
        instead: `await (async (...args) => {
          const { epoch, offset } = await this.logStore.position(channel);
          setTimeout(() => this.logStore.append(...args).catch(() => undefined), 20);
          return { epoch, offset: offset + 1 };
        })(`,
      },
    ],
    store: 'redis-aof',
    faults: ['kill-task'],
    shownBy: ['two messages', 'lost'],
  },
  'forgotten-on-429': {
    patches: [
      {
        file: 'nest/connections/connections.service.js',
        text: `return 'delivered';
        }
        catch (error) {
            if (!(error instanceof GoneError))`,
        instead: `return 'delivered';
        }
        catch (error) {
            if (!(error instanceof GoneError) && error.name !== 'ThrottledError')`,
      },
    ],
    store: 'redis-aof',
    faults: ['throttled-callbacks'],
    shownBy: ['notified without a reason', 'not converged', 'presence'],
  },
} satisfies Record<string, Plant>;

export type PlantName = keyof typeof PLANTS;

export const plantNames = Object.keys(PLANTS) as PlantName[];
