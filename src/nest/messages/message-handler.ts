import { type Action, type ClientMessage, type ServerMessage } from '../../api/messages.js';
import { type Sender } from '../connections/connections.service.js';

/** The message of each action. */
export type MessageOf = { readonly [Message in ClientMessage as Message['action']]: Message };

/** Handles the messages of one action. */
export interface MessageHandler<A extends Action> {
  /**
   * @returns the reply to the sender, without its id
   * @throws {ChannelError | TooLargeError} its code and text are sent to the sender; any other error is a failure of
   *   ours
   */
  handle(sender: Sender, message: MessageOf[A]): Promise<ServerMessage>;
}
