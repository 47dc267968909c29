import { MappingFailedError } from './mapping-failed.js';

/**
 * The status that a `MOCK` integration answers: its request template gives `{"statusCode": 200}`. The key may stand
 * without quotes, as AWS's own samples for REST APIs have it.
 *
 * @throws {MappingFailedError} there is no status from 200 to 599
 */
export function readMockStatus(text: string): number {
  const status = Number(statusCode(text));
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new MappingFailedError(
    'the request template of a MOCK integration gives no {"statusCode": 200}, or the like',
  );
}

function statusCode(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && 'statusCode' in value
      ? value.statusCode
      : undefined;
  } catch {
    return /^\s*\{\s*statusCode\s*:\s*(\d{3})\s*\}\s*$/.exec(text)?.[1];
  }
}
