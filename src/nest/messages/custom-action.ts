import { type z } from 'zod';
import { type MessageId } from '../../api/messages.js';
import { type Sender } from '../connections/connections.service.js';

/** The form of an action's messages: an object whose `action` is a literal that no other action has. */
export type ActionSchema = z.ZodObject<{ action: z.ZodLiteral<string> }>;

/** An action of your own, beside those of `api/messages.ts`; the README shows how to add one. Nest injects what it needs. */
export abstract class CustomAction<Schema extends ActionSchema = ActionSchema> {
  /** What is sent otherwise is told as `bad_message`. */
  abstract readonly schema: Schema;

  /**
   * @param message as the schema has made it
   * @returns what the sender is answered
   * @throws {MessageError} which the sender is told, as are the errors of channels; anything else is told as a failure
   */
  abstract handle(sender: Sender, message: z.output<Schema>): Promise<CustomAnswer>;
}

/** An answer in our form, with whatever else belongs into it. At most 128 KB as JSON. */
export interface CustomAnswer {
  readonly type: string;
  /** The message's, so that the client can tell answers apart. */
  readonly id?: MessageId;
  readonly [field: string]: unknown;
}

/** What Nest injects for `@Inject(CUSTOM_ACTIONS) customActions: readonly CustomAction[]`. */
export const CUSTOM_ACTIONS = Symbol('CUSTOM_ACTIONS');
