import { ExpressionError } from '../../mapping/expression-error.js';
import { badRequest } from '../control-error.js';

/**
 * Parses an expression in order to find out whether it is valid.
 *
 * @param prefix the beginning of the error message: the field's name, or AWS's text
 * @throws {ControlError} 400 with the reason
 */
export function checkExpression<T>(prefix: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) throw badRequest(prefix + error.message);
    throw error;
  }
}
