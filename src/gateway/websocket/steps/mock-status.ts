import { isFinalStatus, UNQUOTED_MOCK_STATUS } from '../../silent/integration-choices.js';
import { MappingError } from '../../mapping/mapping-errors.js';

/**
 * The status of a `MOCK` integration, from its rendered request template: `{"statusCode": 200}`.
 *
 * @throws {MappingError} there is no status from 200 to 599
 */
export function readMockStatus(text: string): number {
  const status = Number(statusCode(text));
  if (isFinalStatus(status)) return status;
  throw new MappingError(
    'the request template of a MOCK integration must yield {"statusCode": N} with N from 200 to 599',
  );
}

function statusCode(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && 'statusCode' in value
      ? value.statusCode
      : undefined;
  } catch {
    return UNQUOTED_MOCK_STATUS.exec(text)?.[1];
  }
}
