/**
 * The integration of `$connect` has accepted the client, but its response cannot be mapped: the client is refused, and
 * the integration has to receive `$disconnect`, or it would remember the client for ever.
 */
export class AcceptedInVainError extends Error {
  override readonly name = 'AcceptedInVainError';

  /** @param authorized context variables that the connection would have had */
  constructor(
    override readonly cause: unknown,
    readonly authorized: Readonly<Record<string, string>>,
  ) {
    super('the response of $connect cannot be mapped', { cause });
  }
}
