import { type ContextVariables } from '../mapping/context-variables.js';

/** A client's request, as authorizers see it. */
export interface AuthorizerRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Flat list: name, value, …, unmodified. */
  readonly rawHeaders: readonly string[];
  /** Names in lower case. */
  readonly header: ReadonlyMap<string, readonly string[]>;
  readonly querystring: ReadonlyMap<string, readonly string[]>;
  /** `$context` variables by name. */
  readonly context: ContextVariables;
  readonly stageVariables: Readonly<Record<string, string>>;
}
