import { HTTP_RESPONSES } from '../errors.js';
import { HttpRequestError } from './http-request-error.js';

/** The part of a request's body that was received. */
export type RequestBody =
  /** `undefined` when there is none. */
  | { readonly kind: 'complete'; readonly bytes: Buffer | undefined }
  | { readonly kind: 'tooLarge' }
  /** The client left before it had sent all of it. */
  | { readonly kind: 'incomplete' };

/**
 * @returns `undefined` for none, or an empty one
 * @throws {HttpRequestError} it is too large or incomplete
 */
export function receivedBody(body: RequestBody): Buffer | undefined {
  switch (body.kind) {
    case 'complete':
      return body.bytes?.length === 0 ? undefined : body.bytes;
    case 'tooLarge':
      throw new HttpRequestError(HTTP_RESPONSES.tooLarge, 'the body is over 10 MB');
    case 'incomplete':
      throw new HttpRequestError(
        HTTP_RESPONSES.badRequest,
        'the client left before it had sent the whole body',
      );
    default:
      return body satisfies never;
  }
}
