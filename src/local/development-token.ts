import { createHmac } from 'node:crypto';
import { combinationProblems } from '../api/setting-rules.js';
import { parseSettings } from '../api/settings.js';
import { toUserId, USER_ID_FORM } from '../api/user-id.js';

export const LIFETIME_HOURS = 12;

/**
 * A token that the service with `AUTH=jwt` and `JWT_SECRET` accepts, for development.
 *
 * @param env the environment of the service; only `AUTH` and what begins with `JWT_` is read
 * @throws {Error} with the settings that are missing or wrong, and what is expected
 */
export function createDevelopmentToken(
  userId: string,
  env: NodeJS.ProcessEnv,
  nowMs: number = Date.now(),
): string {
  if (toUserId(userId) === undefined) {
    throw new Error(
      `the user id ${JSON.stringify(userId.slice(0, 60))} is not valid: expected ${USER_ID_FORM}`,
    );
  }
  const { JWT_SECRET, JWT_USER_CLAIM, JWT_ISSUER, JWT_AUDIENCE } = readJwtSettings(env);
  const [audience] = JWT_AUDIENCE ?? [];
  const issuedAt = Math.floor(nowMs / 1000);
  const claims = {
    [JWT_USER_CLAIM]: userId,
    ...(JWT_ISSUER !== undefined && { iss: JWT_ISSUER }),
    ...(audience !== undefined && audience !== '*' && { aud: audience }),
    iat: issuedAt,
    exp: issuedAt + LIFETIME_HOURS * 3600,
  };
  const content = [{ alg: 'HS256', typ: 'JWT' }, claims].map(toBase64Url).join('.');
  return `${content}.${createHmac('sha256', JWT_SECRET).update(content).digest('base64url')}`;
}

function readJwtSettings(env: NodeJS.ProcessEnv) {
  const texts = Object.fromEntries(
    Object.entries(env).filter(([name, text]) => /^(?:AUTH$|JWT_)/.test(name) && text !== ''),
  );
  if (texts['AUTH'] !== 'jwt') {
    throw new Error(
      `AUTH is ${texts['AUTH'] ?? 'not set'}, and the service reads tokens with AUTH=jwt only: ` +
        'set AUTH=jwt and JWT_SECRET for the service, and here the same',
    );
  }
  for (const name of ['JWT_JWKS_URL', 'JWT_KEY']) {
    if (texts[name] !== undefined)
      throw new Error(
        `${name} has public keys, which sign nothing: get a token from its issuer, or set JWT_SECRET instead`,
      );
  }
  if (texts['JWT_SECRET'] === undefined)
    throw new Error('JWT_SECRET is not set: set it to the same value as for the service');
  const { settings, problems } = parseSettings(texts);
  const all = [
    ...problems,
    // the endpoint of callbacks is no part of a token
    ...combinationProblems(texts).filter(([name]) => name !== 'WS_API_ENDPOINT'),
  ];
  if (settings?.JWT_SECRET === undefined || all.length > 0)
    throw new Error(all.map(([name, expected]) => `${name}: ${expected}`).join('; '));
  return { ...settings, JWT_SECRET: settings.JWT_SECRET };
}

const toBase64Url = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
