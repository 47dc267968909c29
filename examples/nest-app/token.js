// node token.js USER  prints a token that the auction accepts, signed with JWT_SECRET.
import { SignJWT } from 'jose';

const token = await new SignJWT({ sub: process.argv[2] })
  .setProtectedHeader({ alg: 'HS256' })
  .setExpirationTime('8h')
  .sign(new TextEncoder().encode(process.env.JWT_SECRET));
console.log(token);
