import { type Clock } from '../clock.js';
import { CLOSES } from '../errors.js';
import { type Faults, type FaultSettings } from '../faults.js';
import { type Recorder } from '../recorder/recorder.js';
import { type SessionApi } from '../session/session.js';
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
  readonly apis: () => readonly SessionApi[];
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

  /**
   * @param settings replace all faults; `{}` removes them
   * @param setBy the interface of the caller, for errors
   * @returns the faults from now on
   */
  setFaults(settings: FaultSettings | 'none', setBy: string): FaultSettings {
    const { faults, recorder } = this.parts;
    if (settings === 'none') faults.clear();
    else faults.set(settings, setBy);
    recorder.note('faults', { step: 'faults', faults: faults.settings }, { result: 'done' });
    return faults.settings;
  }

  /** The APIs that are served. */
  apis(): readonly SessionApi[] {
    return this.parts.apis();
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
   * Sends a message to a client, as a backend does by `@connections`, without signature, throttles and faults.
   *
   * @returns `gone` when the connection is not open; `buffer full` when the client does not read
   */
  post(connectionId: string, message: string): OpenConnection | 'gone' | 'buffer full' {
    const { connections, recorder } = this.parts;
    const connection = connections.get(connectionId);
    if (connection === undefined || connection.isGone) return 'gone';
    if (!connection.send(message)) return 'buffer full';
    const story = recorder.begin('callback', connection.facts);
    story?.add({
      step: 'client_request',
      method: 'POST',
      url: '/_gateway/connections',
      body: story.body(message),
    });
    story?.add({ step: 'client_frame', body: story.body(message) });
    story?.conclude({ result: 'done', status: 200 });
    story?.end();
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

function describe({ facts, lastActiveAt, isGone }: LiveConnection): OpenConnection {
  const { connectionId, apiId, stage, connectedAt, sourceIp, userAgent, authorized } = facts;
  const user = authorized['authorizer.principalId'] ?? authorized['identity.userArn'];
  return {
    connectionId,
    apiId,
    stage,
    connectedAt: isoTime(connectedAt),
    lastActiveAt: isoTime(lastActiveAt),
    state: isGone ? 'closing' : 'open',
    sourceIp,
    ...(userAgent !== undefined && { userAgent }),
    ...(user !== undefined && { user }),
  };
}

const isoTime = (time: number) => new Date(time).toISOString();
