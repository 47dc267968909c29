import { type Action, type ClientMessage, type ServerMessage } from '../../api/messages.js';
import { type Sender } from '../connections/connections.service.js';

/** The message of each action. */
export type MessageOf = { readonly [Message in ClientMessage as Message['action']]: Message };

/** Does what one action asks for. */
export interface MessageHandler<A extends Action> {
  /**
   * @returns what the sender is answered
   * @throws {ChannelError | TooLargeError} which the dispatcher tells the sender; anything else is our mistake
   */
  handle(sender: Sender, message: MessageOf[A]): Promise<ServerMessage>;
}
