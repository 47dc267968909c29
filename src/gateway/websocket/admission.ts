import { type ContextVariables } from '../mapping/context-variables.js';

/** The result of a handshake. */
export type Admission =
  | {
      readonly kind: 'accepted';
      /** The subprotocol that the backend has chosen. */
      readonly protocol: string | undefined;
      /** `$context` variables of the connection, from authorization. */
      readonly authorized: ContextVariables;
    }
  | Refusal;

/** An HTTP response in place of the 101. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** For the log: the rule that refuses the handshake, without any of the client's secrets. */
  readonly reason: string;
  /** The event's id, if the handshake has reached the pipeline. */
  readonly requestId?: string;
  /**
   * Present when the integration of `$connect` has accepted the client before the refusal, or may have: the variables of
   * the connection for the `$disconnect` that the backend must receive.
   */
  readonly mayHaveAccepted?: ContextVariables;
}
