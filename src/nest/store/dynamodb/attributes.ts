import { type AttributeValue } from '@aws-sdk/client-dynamodb';

/** A row in DynamoDB's form: each value with the letter of its type. */
export type Item = Readonly<Record<string, AttributeValue>>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number): AttributeValue => ({ N: String(value) });

export const textOf = (value: AttributeValue | undefined): string | undefined => value?.S;

/** NaN without a number, so that every comparison is false. */
export const numberOf = (value: AttributeValue | undefined): number => Number(value?.N);

/**
 * The time at which DynamoDB may delete a row: whole seconds since 1970, not before `expiresAt`. DynamoDB may delete
 * days later, so that only the size of the table depends on it.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export const ttlOf = (expiresAt: number): AttributeValue =>
  N(Math.ceil(Math.min(expiresAt, FAR_FUTURE_MS) / 1000));

/** The year 2200: DynamoDB has no infinite number. */
const FAR_FUTURE_MS = 7_258_118_400_000;
