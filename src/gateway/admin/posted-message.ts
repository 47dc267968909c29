import { BodySchema } from '../body-schema.js';

/** The body of `POST /_gateway/connections/{connectionId}`. */
export const PostedMessage = new BodySchema<{ readonly message: string }>({
  type: 'object',
  'x-expected': 'an object such as {"message": "text for the client"}',
  properties: { message: { type: 'string', 'x-expected': 'a text' } },
  required: ['message'],
  additionalProperties: false,
});
