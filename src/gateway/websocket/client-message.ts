import { parseExactJson } from '../mapping/exact-json.js';

/** A client's message. */
export interface ClientMessage {
  readonly text: string;
  /** With `ExactNumber`s; `undefined` when the text is not JSON. */
  readonly json: unknown;
}

/** Parses a text as JSON; a text that is not JSON is a message too. */
export function readMessage(text: string): ClientMessage {
  try {
    return { text, json: parseExactJson(text) };
  } catch {
    return { text, json: undefined };
  }
}
