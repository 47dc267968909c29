import { type Clock } from '../clock.js';
import { CLOSES } from '../errors.js';
import { type Faults, type FaultSettings } from '../faults.js';
import { type Recorder } from '../recorder/recorder.js';
import { type Throttle } from '../throttle.js';
import { type ConnectionServer } from '../websocket/connections/connection-server.js';
import { type LiveConnection } from '../websocket/connections/live-connection.js';
import { type OpenConnection } from './open-connection.js';

/** The parts of the gateway that tests command. */
export interface CommandedParts {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly connections: Pick<ConnectionServer, 'open' | 'get' | 'closeAll'>;
  readonly recorder: Recorder;
  /** Deletes all APIs and loads the templates of the start. */
  readonly restoreApis: () => void;
  /** Forgets the decisions of Lambda authorizers, and the keys of token issuers. */
  readonly forgetAuthorizations: () => void;
}

/** The commands of tests, by HTTP or in the process. Changes of clock and faults are recorded. */
export class Commands {
  constructor(private readonly parts: CommandedParts) {}

  /** The gateway's time, in ISO 8601. */
  now(): string {
    return isoTime(this.parts.clock.now());
  }

  /** Moves the clock forward. @returns the new time, in ISO 8601 */
  advance(ms: number): string {
    const now = isoTime(this.parts.clock.advance(ms));
    this.parts.recorder.note('clock', { step: 'clock', advancedMs: ms, now }, { result: 'done' });
    return now;
  }

  get faults(): FaultSettings {
    return this.parts.faults.settings;
  }

  /** @param settings replace all faults; `{}` removes them @returns the faults from now on */
  setFaults(settings: FaultSettings | 'none'): FaultSettings {
    const { faults, recorder } = this.parts;
    if (settings === 'none') faults.clear();
    else faults.set(settings);
    recorder.note('faults', { step: 'faults', faults: faults.settings }, { result: 'done' });
    return faults.settings;
  }

  connections(): readonly OpenConnection[] {
    return [...this.parts.connections.open()].map(describe);
  }

  /**
   * Closes a connection as `DELETE @connections` does.
   *
   * @returns `undefined` when it is not open
   */
  closeConnection(connectionId: string): OpenConnection | undefined {
    const connection = this.parts.connections.get(connectionId);
    if (connection === undefined || connection.isGone) return undefined;
    connection.close(CLOSES.deleted);
    return describe(connection);
  }

  /**
   * Restores the state after the start: removes the faults, closes every connection and waits for its `$disconnect`,
   * then resets the clock and the throttles and forgets all records, stored decisions and keys of authorizers.
   *
   * @param apis `keep` leaves APIs and all other resources; `start` replaces them by those of the templates
   */
  async reset(apis: 'keep' | 'start' = 'keep'): Promise<void> {
    const { faults, connections, clock, throttle, recorder, restoreApis } = this.parts;
    faults.clear();
    await connections.closeAll();
    if (apis === 'start') restoreApis();
    clock.reset();
    throttle.reset();
    this.parts.forgetAuthorizations();
    recorder.clear();
  }
}

const describe = ({ facts, lastActiveAt }: LiveConnection): OpenConnection => ({
  connectionId: facts.connectionId,
  apiId: facts.apiId,
  stage: facts.stage,
  connectedAt: isoTime(facts.connectedAt),
  lastActiveAt: isoTime(lastActiveAt),
});

const isoTime = (time: number) => new Date(time).toISOString();
