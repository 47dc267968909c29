import { UsageError } from '../usage-error.js';

/** A running gateway, commanded by its URL. */
export class RemoteGateway {
  constructor(
    readonly url: string,
    readonly adminToken: string | undefined,
  ) {}

  /**
   * Sends a command.
   *
   * @param path below `/_gateway/`
   * @throws {UsageError} the gateway cannot be reached, or refuses
   */
  async command<T>(method: string, path: string, body?: unknown): Promise<T> {
    const resource = new URL(`/_gateway/${path}`, this.url);
    const response = await fetch(resource, {
      method,
      headers: {
        ...(this.adminToken !== undefined && { Authorization: `Bearer ${this.adminToken}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: Error) => {
      const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
      throw new UsageError(`no gateway responds at ${resource.origin}: ${reason}`, { cause });
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    throw new UsageError(
      `${resource.origin} responded to ${method} ${path} with ${response.status}: ${text}`,
    );
  }
}
