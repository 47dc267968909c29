/**
 * An expression that API Gateway would refuse. The message says which and where; the control plane's 400 contains it.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
