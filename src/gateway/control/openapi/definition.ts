import { type Account } from '../account.js';
import { isJsonObject, type JsonObject } from '../fields/fields.js';
import { importError } from './import-error.js';

/** More than any definition has in a row. */
const MAX_REFERENCES = 20;
/** As for its text. */
const MAX_DEPTH = 100;

/**
 * An OpenAPI definition that is being imported. References lead only to places within it: no file and no URL is ever
 * read.
 */
export class Definition {
  readonly root: JsonObject;

  /** @throws {ControlError} 400: it is nested too deeply */
  constructor(root: JsonObject, account: Pick<Account, 'region' | 'accountId'>) {
    this.root = substitute(root, account, 0) as JsonObject;
  }

  /**
   * The value, or what its `$ref` leads to.
   *
   * @param at the place of the value, for error messages
   * @throws {ControlError} 400: the reference leads out of the definition, nowhere, or in a circle
   */
  resolve(value: unknown, at: string): unknown {
    let current = value;
    for (let count = 0; count <= MAX_REFERENCES; count++) {
      const reference = isJsonObject(current) ? member(current, '$ref') : undefined;
      if (typeof reference !== 'string') return current;
      current = this.#follow(reference, at);
    }
    throw importError(`${at}: the references lead in a circle`);
  }

  /**
   * An object, or what its `$ref` leads to.
   *
   * @returns `undefined` for an absent value
   * @throws {ControlError} 400: another kind of value
   */
  object(value: unknown, at: string): JsonObject | undefined {
    const resolved = this.resolve(value, at);
    if (resolved === undefined || isJsonObject(resolved)) return resolved;
    throw importError(`${at} must be an object`);
  }

  #follow(reference: string, at: string): unknown {
    if (!reference.startsWith('#/')) {
      throw importError(
        `${at}: the reference '${reference}' leads out of the definition, and only #/… is followed; bundle its files into one first`,
      );
    }
    let found: unknown = this.root;
    for (const part of reference.slice(2).split('/')) {
      const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
      found = isJsonObject(found) ? member(found, name) : undefined;
    }
    if (found === undefined) throw importError(`${at}: there is nothing at '${reference}'`);
    return found;
  }
}

/** A member of an object that comes from outside. */
export const member = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Replaces AWS's variables in all texts (H12.22). */
function substitute(value: unknown, account: Pick<Account, 'region' | 'accountId'>, depth: number): unknown {
  if (depth > MAX_DEPTH) throw importError(`the definition is nested more than ${MAX_DEPTH} levels deep`);
  if (typeof value === 'string') {
    return value
      .replaceAll('${AWS::AccountId}', account.accountId)
      .replaceAll('${AWS::Partition}', 'aws')
      .replaceAll('${AWS::Region}', account.region);
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, account, depth + 1));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, account, depth + 1)]),
  );
}
