import { createHmac } from 'node:crypto';
import { sha256 } from './canonical-request.js';
import { ALGORITHM, type Scope, type Signature } from './read-signature.js';

/** The end of every scope. */
export const TERMINATOR = 'aws4_request';

export const scopeText = ({ date, region, service, terminator }: Scope) =>
  `${date}/${region}/${service}/${terminator}`;

/** @param canonical the canonical request */
export const stringToSign = (canonical: string, { time, scope }: Pick<Signature, 'time' | 'scope'>) =>
  [ALGORITHM, time, scopeText(scope), sha256(canonical)].join('\n');

/** The signature in hexadecimal. */
export const signatureOf = (
  canonical: string,
  signed: Pick<Signature, 'time' | 'scope'>,
  secretAccessKey: string,
) => hmac(signingKey(secretAccessKey, signed.scope), stringToSign(canonical, signed)).toString('hex');

const signingKey = (secretAccessKey: string, { date, region, service, terminator }: Scope) =>
  [date, region, service, terminator].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
