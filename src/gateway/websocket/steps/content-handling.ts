import { MappingError } from '../../mapping/mapping-errors.js';

/**
 * `CONVERT_TO_BINARY`: decodes base64 text.
 *
 * @throws {MappingError} the text is not base64
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
 */
export function toBinary(text: string): Buffer {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new MappingError('CONVERT_TO_BINARY: the body is not base64');
  }
  return Buffer.from(text, 'base64');
}

/** `CONVERT_TO_TEXT`: encodes bytes as base64. */
export const toText = (bytes: Buffer): string => bytes.toString('base64');
