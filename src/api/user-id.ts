import { type UserId } from './integration.js';
import { QUOTAS } from './quotas.js';

export const USER_ID_FORM = `1 to ${QUOTAS.userIdLength} characters without control and format characters`;

/** Control and format characters are excluded because they could make two users look the same in a log. */
const USER_ID = new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Cs}]{1,${QUOTAS.userIdLength}}$`, 'u');

/** @returns undefined if the value cannot be a user id */
export function toUserId(value: unknown): UserId | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && USER_ID.test(text) ? (text as UserId) : undefined;
}
