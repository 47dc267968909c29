import { createHmac } from 'node:crypto';

const SECRET = 'a-secret-of-the-checker-for-tokens';

/** Settings of a service whose clients have users. */
export const WITH_USERS: NodeJS.ProcessEnv = { AUTH: 'jwt', JWT_SECRET: SECRET };

/** A token (JWT, HS256) for a user, which outlasts a wrong clock. */
export function tokenOf(user: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 30 * 86_400;
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user, exp })}`;
  return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
}
