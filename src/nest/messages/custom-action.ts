import { type z } from 'zod';
import { type Sender } from '../connections/connections.service.js';

/** The schema of an action's messages: an object whose `action` is a literal that no other action has. */
export type ActionSchema = z.ZodObject<{ action: z.ZodLiteral<string> }>;

/**
 * An action of your own, beside those of `api/messages.ts`; docs/extending.md shows how to add one. Nest injects its
 * dependencies.
 */
export abstract class CustomAction<Schema extends ActionSchema = ActionSchema> {
  /**
   * A message of this action that does not match is refused with `bad_message`. Its fields are parsed, except for those
   * whose schema is `DataSchema`: they are JSON text, which can be published unmodified.
   */
  abstract readonly schema: Schema;

  /**
   * @param message the output of the schema
   * @returns the reply to the sender
   * @throws {MessageError} its code and text are sent to the sender, as are those of errors of channels; any other
   *   error is sent as `internal_error`
   */
  abstract handle(sender: Sender, message: z.output<Schema>): Promise<CustomReply>;
}

/** A reply in our form, with any other fields. At most 128 KB as JSON. It is sent with the `id` of the message. */
export interface CustomReply {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The Nest token: `@Inject(CUSTOM_ACTIONS) customActions: readonly CustomAction[]`. */
export const CUSTOM_ACTIONS = Symbol('CUSTOM_ACTIONS');
