import { compactVerify } from 'jose';
import { type JwtAuthorization } from '../../control/http-snapshot.js';
import { HTTP_RESPONSES } from '../../errors.js';
import { ExactNumber } from '../../mapping/exact-json.js';
import { JWT_TEXTS, RSA_ALGORITHMS } from '../../silent/jwt-choices.js';
import { type HttpAuthorizationResult } from '../http-authorization.js';
import { IssuerError, type IssuerKey, type IssuerKeys } from './issuer-keys.js';
import { bareToken, claimTexts, type ReadToken, readToken, scopesOf } from './token.js';

/**
 * Authorizes a request by its token: form, algorithm, issuer, signature, audience, times, then the scopes of the route
 * (H9.04 to H9.07). Statuses and the header `www-authenticate` are AWS's where they are recorded (H9.08).
 *
 * @param identity the value of the identity source, with or without `Bearer `; `undefined` if there is none
 * @param now milliseconds since 1970
 */
export async function authorizeToken(
  keys: IssuerKeys,
  authorizer: JwtAuthorization,
  identity: string | undefined,
  now: number,
): Promise<HttpAuthorizationResult> {
  const text = bareToken(identity ?? '');
  if (text === '') return denied('no token', { ...HTTP_RESPONSES.unauthorized, wwwAuthenticate: 'Bearer' });
  const invalid = (description: string, reason = description) =>
    refused(authorizer, HTTP_RESPONSES.unauthorized, 'invalid_token', description, reason);

  const token = readToken(text);
  if (token === 'segments' || token === 'malformed') return invalid(JWT_TEXTS[token]);
  const { algorithm, keyId, claims } = token;
  if (typeof algorithm !== 'string' || !RSA_ALGORITHMS.includes(algorithm)) {
    return invalid(JWT_TEXTS.algorithm(algorithm));
  }
  if (typeof keyId !== 'string') return invalid(JWT_TEXTS.noKeyId);
  let key: IssuerKey;
  try {
    key = await keys.find(authorizer.issuer, keyId);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    return invalid(JWT_TEXTS.unreadable[error.endpoint], error.message);
  }
  const { iss } = claims;
  if (typeof iss !== 'string' || !key.names.includes(iss)) {
    return invalid(JWT_TEXTS.issuer, `the token's iss is ${shown(iss)}, not ${key.names.join(' or ')}`);
  }
  if (key.jwk === undefined)
    return invalid(JWT_TEXTS.unknownKey, `the issuer has no RSA key ${shown(keyId)}`);
  try {
    await compactVerify(text, await keys.imported(key.jwk, algorithm), { algorithms: [algorithm] });
  } catch (error) {
    return invalid(JWT_TEXTS.signature, `${JWT_TEXTS.signature}: ${(error as Error).message}`);
  }
  const problem = audienceProblem(claims, authorizer.audience) ?? timeProblem(claims, now / 1000);
  if (problem !== undefined) return invalid(problem);
  return checkScopes(authorizer, claims);
}

/** A claim for the log: short, whatever a client sends. */
const shown = (claim: unknown) => (JSON.stringify(claim) ?? 'absent').slice(0, 200);

/** `client_id` counts only without `aud` (H9.05). */
function audienceProblem({ aud, client_id: clientId }: ReadToken['claims'], audience: readonly string[]) {
  const values: readonly unknown[] = Array.isArray(aud) ? aud : [aud ?? clientId];
  const isValid = values.some((value) => typeof value === 'string' && audience.includes(value));
  return isValid ? undefined : JWT_TEXTS.audience;
}

/** `exp` is required, the others count if present (H9.05). */
function timeProblem({ exp, nbf, iat }: ReadToken['claims'], nowSeconds: number): string | undefined {
  if (!(seconds(exp) > nowSeconds)) return JWT_TEXTS.expired;
  if (nbf !== undefined && !(seconds(nbf) <= nowSeconds)) return JWT_TEXTS.notYet;
  return iat !== undefined && !(seconds(iat) <= nowSeconds) ? JWT_TEXTS.issuedLater : undefined;
}

/** Not a number for everything that is none in JSON. */
const seconds = (claim: unknown): number =>
  typeof claim === 'number' || claim instanceof ExactNumber ? Number(String(claim)) : NaN;

function checkScopes(authorizer: JwtAuthorization, claims: ReadToken['claims']): HttpAuthorizationResult {
  const scopes = scopesOf(claims);
  if (authorizer.scopes.length > 0 && !authorizer.scopes.some((scope) => scopes.includes(scope))) {
    const reason = `the token has none of the scopes ${authorizer.scopes.join(', ')}`;
    return refused(authorizer, HTTP_RESPONSES.forbidden, 'insufficient_scope', JWT_TEXTS.scopes, reason);
  }
  const texts = claimTexts(claims);
  const variables = Object.entries(texts).map(
    ([name, value]) => [`authorizer.claims.${name}`, value] as const,
  );
  return {
    kind: 'allowed',
    variables: Object.fromEntries(variables),
    authorizer: { kind: 'jwt', claims: texts, scopes: authorizer.scopes.length > 0 ? scopes : null },
  };
}

const denied = (
  reason: string,
  response: Extract<HttpAuthorizationResult, { kind: 'denied' }>['response'],
): HttpAuthorizationResult => ({ kind: 'denied', response, reason });

/** @param description is sent to the client; `reason` is for the log */
function refused(
  { scopes }: JwtAuthorization,
  response: (typeof HTTP_RESPONSES)['unauthorized' | 'forbidden'],
  error: 'invalid_token' | 'insufficient_scope',
  description: string,
  reason: string,
): HttpAuthorizationResult {
  // a scope may be any text, a header may not (RFC 6750, 3)
  const scope = scopes.join(' ').replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '');
  const wwwAuthenticate = `Bearer scope="${scope}" error="${error}" error_description="${description}"`;
  return {
    kind: 'denied',
    response: { ...response, wwwAuthenticate },
    reason,
    // seen in users' access logs
    error: `${error}: ${description}`,
  };
}
