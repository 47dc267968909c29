import { type GatewayResponse } from '../errors.js';
import { type ContextVariables } from '../mapping/context-variables.js';

/** The result of an authorizer. */
export type Authorization = {
  /** Variables for the access log only, such as `authorizer.status`. */
  readonly logVariables?: Readonly<Record<string, string>>;
} & (
  | {
      readonly kind: 'allowed';
      /** `$context` variables of all later events of the connection. */
      readonly variables: ContextVariables;
      /** `$context` variables of `$connect` only. */
      readonly connectVariables?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'denied';
      readonly response: GatewayResponse;
      /** For the log: the rule that denies the request. */
      readonly reason: string;
    }
);
