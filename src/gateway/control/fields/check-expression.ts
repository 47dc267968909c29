import { ExpressionError } from '../../mapping/expression-error.js';
import { badRequest } from '../control-error.js';

/**
 * Reads an expression only to see whether it can be read.
 *
 * @param prefix what the message begins with: which member it is, or AWS's words
 * @throws {ControlError} 400 with the reason
 */
export function checked<T>(prefix: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) throw badRequest(prefix + error.message);
    throw error;
  }
}
