import { SignJWT } from 'jose';

/** A token as the issuer of the auction's tokens signs it. */
export const tokenOf = (userId: string): Promise<string> =>
  new SignJWT({ sub: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(process.env.JWT_SECRET));
