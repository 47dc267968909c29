/** The form in which an issuer publishes something. */
export interface ReadLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Reads a JSON object by HTTP. Redirects are not followed.
 *
 * @throws {Error} it cannot be read in time, is too large or not a JSON object; the message says why
 */
export async function readJsonObject(
  url: string,
  { timeoutMs, maxBytes }: ReadLimits,
): Promise<Readonly<Record<string, unknown>>> {
  const signal = AbortSignal.timeout(timeoutMs);
  let text: string;
  try {
    const response = await fetch(url, { redirect: 'manual', signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} responded with ${response.status}`);
    }
    text = await boundedText(response, url, maxBytes);
  } catch (error) {
    if (signal.aborted) throw new Error(`${url} did not respond within ${timeoutMs} ms`, { cause: error });
    // fetch hides the reason in the cause
    const { cause } = error as Error;
    if (!(cause instanceof Error)) throw error;
    const why = cause.message || String((cause as NodeJS.ErrnoException).code);
    throw new Error(`${url} cannot be read: ${why}`, { cause: error });
  }
  return parseObject(text, url);
}

async function boundedText({ body }: Response, url: string, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`${url} responded with over ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseObject(text: string, url: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${url} responded with text that is not JSON`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error(`${url} responded with JSON that is not an object`);
}
