/** A request that a user has composed. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, from the stage's path on. */
  readonly path: string;
  /** One header a line: `Name: value`. */
  readonly headers: string;
  readonly body: string;
}

export interface HttpResult {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
  readonly durationMs: number;
  /** `$context.requestId`, by which the story is found. */
  readonly requestId: string | undefined;
}

/** Methods with which a browser sends no body. */
const WITHOUT_BODY = ['GET', 'HEAD'];

/**
 * Sends the request from the page.
 *
 * @throws {Error} a header is not valid, or one that a browser does not let pages set; or there is no response
 */
export async function sendHttpRequest({ method, path, headers, body }: HttpRequest): Promise<HttpResult> {
  const startedMs = performance.now();
  const response = await fetch(path, {
    method,
    headers: readHeaders(headers),
    redirect: 'manual',
    credentials: 'omit',
    ...(body !== '' && !WITHOUT_BODY.includes(method) && { body }),
  });
  if (response.type === 'opaqueredirect') {
    throw new Error(
      'The response is a redirect, which a browser hides from pages. Its story is in the timeline.',
    );
  }
  const text = await response.text();
  return {
    status: response.status,
    headers: [...response.headers],
    text,
    durationMs: performance.now() - startedMs,
    requestId: response.headers.get('apigw-requestid') ?? undefined,
  };
}

function readHeaders(text: string): Headers {
  const headers = new Headers();
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, name, value] = line.match(/^\s*([^:\s]+)\s*:(.*)$/) ?? [];
    if (name === undefined || value === undefined) {
      throw new Error(`The header '${line.trim()}' is not NAME: VALUE.`);
    }
    if (FORBIDDEN.test(name)) {
      throw new Error(`A browser sets the header ${name} itself. Send the request with curl instead.`);
    }
    headers.append(name, value.trim());
  }
  return headers;
}

/** The most usual ones of https://fetch.spec.whatwg.org/#forbidden-request-header */
const FORBIDDEN =
  /^(accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie|date|dnt|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;
