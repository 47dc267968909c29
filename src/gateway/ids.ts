import { randomBytes } from 'node:crypto';

/** Ids that API Gateway gives out for one use, in the form in which they were recorded. */

/** 16 characters that end with `=`, one for each event: `requestId`, `extendedRequestId` and `x-amz-apigw-id`. */
export const newRequestId = () => `${randomBytes(11).toString('base64url')}=`;

/** 20 characters that end with `==`, one for each message. */
export const newMessageId = () => `${randomBytes(13).toString('base64url')}==`;

/** `Root=1-5759e988-bd862e3fe1be46a994272793`: seconds since 1970, then 12 random bytes, in hexadecimal. */
export const newTraceId = () =>
  `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
