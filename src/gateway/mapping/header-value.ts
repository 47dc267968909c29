import { MappingError } from './mapping-errors.js';

/**
 * A mapped value in the form that Node's HTTP expects: UTF-8, with one character for each byte.
 *
 * @throws {MappingError} a control character, which would end or break the header
 */
export function headerValue(name: string, value: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new MappingError(`the value mapped to the header ${name} has a control character`);
  }
  return Buffer.from(value, 'utf8').toString('latin1');
}
