import { type AttributeValue } from '@aws-sdk/client-dynamodb';

/** A row as DynamoDB has it: every value beside the letter of its type. */
export type Item = Readonly<Record<string, AttributeValue>>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number): AttributeValue => ({ N: String(value) });

export const textOf = (value: AttributeValue | undefined): string | undefined => value?.S;

/** NaN where there is no number, so that it compares as smaller and as greater than nothing. */
export const numberOf = (value: AttributeValue | undefined): number => Number(value?.N);

/**
 * When DynamoDB may delete a row: whole seconds since 1970, not before `expiresAt`. It does so up to days later, so that
 * nothing here relies on it but the size of the table.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export const ttlOf = (expiresAt: number): AttributeValue =>
  N(Math.ceil(Math.min(expiresAt, FAR_AWAY_MS) / 1000));

/** The year 2200: an age without a limit is no number that DynamoDB has. */
const FAR_AWAY_MS = 7_258_118_400_000;
