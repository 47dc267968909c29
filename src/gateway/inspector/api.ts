/** An error of a request to the gateway: its sentence can be shown. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    message: string,
    /** Absent if there was no response. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface GatewayCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Sends a command to the gateway.
 *
 * @param path below `/_gateway/`, such as `clock`: the admin token's cookie is sent nowhere else
 * @returns the body
 * @throws {GatewayError}
 */
export async function callGateway<T>(
  path: string,
  { method = 'GET', body, signal }: GatewayCall = {},
): Promise<T> {
  const response = await send(new URL(path, new URL('/_gateway/', location.href)), {
    method,
    ...(signal && { signal }),
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw new GatewayError(
    problemText(text) ?? `the gateway responded with ${response.status}`,
    response.status,
  );
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new GatewayError('The gateway does not respond. Start it, then try again.', undefined, { cause });
  }
}

/** The sentence of a problem (RFC 9457). */
function problemText(body: string): string | undefined {
  try {
    const { detail } = JSON.parse(body) as { readonly detail?: string };
    return detail;
  } catch {
    return undefined;
  }
}
