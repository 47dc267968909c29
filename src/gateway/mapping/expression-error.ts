/** An expression that API Gateway would not take. The message says which and where; the control plane answers 400 with it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
