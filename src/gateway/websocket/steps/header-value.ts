import { MappingFailedError } from './mapping-failed.js';

/**
 * A mapped value as a header can carry it: text goes over the wire as UTF-8, which Node's HTTP takes as one character for
 * each byte.
 *
 * @throws {MappingFailedError} a character that would end or break the header
 */
export function headerValue(name: string, value: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new MappingFailedError(`the value mapped to the header ${name} has a control character`);
  }
  return Buffer.from(value, 'utf8').toString('latin1');
}
