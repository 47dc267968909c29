import { parseExactJson } from '../../mapping/exact-json.js';
import { claimText } from '../../silent/jwt-choices.js';

/** A token in the form of a JWT; nothing of it is verified yet. */
export interface ReadToken {
  /** Without `Bearer `. */
  readonly text: string;
  readonly algorithm: unknown;
  readonly keyId: unknown;
  /** Numbers that JavaScript would write differently are `ExactNumber`. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** @returns the text after `Bearer `, or the whole (H9.02); empty if there is none */
export const bareToken = (identity: string): string => identity.trim().replace(/^bearer(?: +|$)/i, '');

/**
 * @param text without `Bearer `
 * @returns the reason if it is not in the form of a JWT
 */
export function readToken(text: string): ReadToken | 'segments' | 'malformed' {
  const [header, payload, ...rest] = text.split('.');
  if (header === undefined || payload === undefined || rest.length !== 1) return 'segments';
  const head = readSegment(header);
  const claims = readSegment(payload);
  if (head === undefined || claims === undefined) return 'malformed';
  return { text, algorithm: head['alg'], keyId: head['kid'], claims };
}

function readSegment(segment: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[\w-]+$/.test(segment)) return undefined;
  let value: unknown;
  try {
    value = parseExactJson(Buffer.from(segment, 'base64url').toString());
  } catch {
    return undefined;
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** Claims as events and variables have them: all of them texts (H6.19). */
export const claimTexts = (claims: ReadToken['claims']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)]));

/** The token's scopes: `scope`, separated by spaces, or `scp`, which may be a list (H9.06). */
export function scopesOf({ scope, scp }: ReadToken['claims']): readonly string[] {
  const claim = scope ?? scp;
  if (typeof claim === 'string') return claim.split(' ').filter((each) => each !== '');
  return Array.isArray(claim) ? claim.filter((each) => typeof each === 'string') : [];
}
