import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { outcomeText } from '../../story/event-text.js';
import { FrameLog } from './frame-log.js';

/** What a test client connects with: what a browser can set of a handshake. */
export interface ClientSettings {
  /** The path of the stage, such as `/dev`. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Separated by commas. */
  readonly protocols: string;
}

export type ClientState = 'closed' | 'connecting' | 'open';

/** A WebSocket client in the page. */
export class TestClient {
  readonly log = new FrameLog();
  #socket: WebSocket | undefined;
  #state: ClientState = 'closed';
  #connectionId: string | undefined;
  /** The gateway has not yet recorded the handshake. */
  #awaitsHandshake = false;

  constructor(
    readonly id: number,
    public settings: ClientSettings,
    private readonly whenChanged: () => void,
  ) {}

  get state(): ClientState {
    return this.#state;
  }

  /** Known once the gateway has recorded the handshake. */
  get connectionId(): string | undefined {
    return this.#connectionId;
  }

  get url(): string {
    const { path, query } = this.settings;
    return `${location.origin.replace('http', 'ws')}${path}${query === '' ? '' : `?${query}`}`;
  }

  /** @throws {SyntaxError} a sub-protocol is not a token, or is named twice */
  connect(): void {
    const protocols = this.settings.protocols.split(',').map((each) => each.trim());
    const socket = new WebSocket(
      this.url,
      protocols.filter((each) => each !== ''),
    );
    this.#socket = socket;
    this.#connectionId = undefined;
    this.#awaitsHandshake = true;
    this.#change('connecting');
    socket.addEventListener('open', () => {
      this.log.add('state', socket.protocol === '' ? 'open' : `open, sub-protocol ${socket.protocol}`);
      this.#change('open');
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      this.log.add('in', data);
      this.whenChanged();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.log.add('state', `closed with ${code} ${reason}`.trimEnd());
      this.#change('closed');
    });
  }

  disconnect(): void {
    this.#socket?.close(1000);
  }

  /** @throws {Error} the client is not connected */
  send(text: string): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      throw new Error('The client is not connected. Connect it, then send again.');
    }
    this.#socket.send(text);
    this.log.add('out', text);
    this.whenChanged();
  }

  /** Takes an event of the gateway that belongs to this client. @returns whether it does */
  take(event: GatewayEvent): boolean {
    if (event.type === 'handshake' && this.#awaitsHandshake && this.#isOwn(event)) {
      this.#awaitsHandshake = false;
      this.#connectionId = event.connectionId;
      this.log.add('state', `${event.outcome.status ?? ''} ${outcomeText(event)}`.trimStart(), event.id);
      return true;
    }
    if (event.connectionId === undefined || event.connectionId !== this.#connectionId) return false;
    this.log.link(event);
    return true;
  }

  /** Whether this page has sent the handshake: a page is not told the id of its connection. */
  #isOwn({ steps }: GatewayEvent): boolean {
    const request = steps.find((step) => step.step === 'client_request');
    const header = (name: string) => request?.headers?.find(([each]) => each.toLowerCase() === name)?.[1];
    return (
      request?.url.split('?')[0] === this.settings.path &&
      header('origin') === location.origin &&
      header('user-agent') === navigator.userAgent
    );
  }

  #change(state: ClientState): void {
    this.#state = state;
    this.whenChanged();
  }
}
