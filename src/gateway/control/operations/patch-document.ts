import { badRequest } from '../control-error.js';
import { listOf, oneOf, structure, text } from '../fields/field-kinds.js';
import { type JsonObject, readFields, requireFields } from '../fields/fields.js';

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value: string;
}

const FIELDS = {
  patchOperations: listOf(
    structure({
      op: oneOf(['add', 'remove', 'replace'] as const, ['move', 'copy', 'test']),
      path: text({ min: 1 }),
      value: text({}),
    }),
  ),
};

/**
 * Reads the body of an update in v1: a list of operations on members; every value is a string.
 *
 * @param allowed `op path` of each operation that the resource has, such as `replace /name`
 * @throws {ControlError} 400: an operation that is not allowed
 * @see https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
 */
export function readPatch(input: JsonObject, allowed: readonly string[]): readonly PatchOperation[] {
  return (readFields(FIELDS, input).patchOperations ?? []).map((operation) => {
    const { op, path, value = '' } = requireFields(operation, 'op', 'path');
    if (!allowed.includes(`${op} ${path}`)) {
      // the beginning is AWS's: https://github.com/aws/aws-sdk-java/issues/1823
      throw badRequest(
        `Invalid patch path ${path} for the operation ${op}. Must be one of: [${allowed.join(', ')}]`,
      );
    }
    return { op, path, value };
  });
}
