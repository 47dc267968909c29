import { type GatewayEvent } from '../recorder/gateway-event.js';

/** A text to take along from an event, such as a `curl` command. */
export interface Copy {
  /** The name of the tool, for a button. */
  readonly label: string;
  /** A command for a POSIX shell, or the source of a test. */
  readonly text: string;
}

/** What a copy needs besides the event. */
export interface CopyContext {
  /** `http://127.0.0.1:8080` */
  readonly gatewayUrl: string;
  /** The event of the connection's handshake, if it is recorded. */
  readonly handshake?: GatewayEvent | undefined;
}
