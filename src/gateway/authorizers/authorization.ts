import { type GatewayAnswer } from '../errors.js';

/** What an authorization step says of a handshake. */
export type Authorization = Logged &
  (
    | {
        readonly kind: 'allowed';
        /** Context variables that are kept for as long as the connection is. */
        readonly variables: Readonly<Record<string, string>>;
        /** Those that only `$connect` itself sees. */
        readonly connectVariables?: Readonly<Record<string, string>>;
      }
    | {
        readonly kind: 'denied';
        readonly answer: GatewayAnswer;
        /** Which rule denies it, for the log. */
        readonly reason: string;
      }
  );

interface Logged {
  /** Variables that the access log alone has, such as `authorizer.status`. */
  readonly logged?: Readonly<Record<string, string>>;
}
