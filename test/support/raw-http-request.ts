import { request as httpRequest } from 'node:http';

interface RawRequest {
  readonly method?: string;
  /** Flat list: name, value, …; as it is sent, so with `Host`. */
  readonly headers: readonly string[];
  readonly body?: string | Uint8Array;
}

export interface RawResponse {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** A request with exactly these headers: its own `Host`, repeated names, names that `fetch` refuses. */
export async function rawHttpRequest(
  url: string,
  { method = 'GET', headers, body }: RawRequest,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, setHost: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body: text }),
      );
    });
    sent.once('error', reject).end(body);
  });
}
