import { type ConnectionFacts, type EventFacts } from '../mapping/context-variables.js';
import { type Story } from '../recorder/story.js';
import { type ClientMessage } from './client-message.js';
import { type HandshakeRequest } from './handshake-request.js';

/** A handshake, a message or a close, with everything that mappings and templates can read. */
export interface RouteEvent {
  readonly connection: ConnectionFacts;
  readonly facts: EventFacts;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Only on `$connect`. */
  readonly handshake?: HandshakeRequest;
  /** Only on message routes. */
  readonly message?: ClientMessage;
  /** Records what the steps do; absent while nothing is recorded. */
  readonly story?: Story | undefined;
}

/** An event on `$connect`. */
export type HandshakeEvent = RouteEvent & { readonly handshake: HandshakeRequest };
