/**
 * Headers of one connection that no message carries over to the next one. Names in lower case.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
export const HOP_BY_HOP_HEADERS: readonly string[] = [
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // not hop-by-hop in RFC 9110, but each message is sent with its own
  'content-length',
];
