import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** A response of the publish API. */
export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
  readonly isReplayed: boolean;
}

/** The publish API, by a new connection for each request, so that each may reach another task. */
export class ApiClient {
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  /** @throws {Error} there was no response in time, or none that can be read: the outcome is unknown */
  async request(method: string, path: string, body?: object, key?: string): Promise<ApiResponse> {
    const sent = request(`${this.#url}${path}`, {
      method,
      agent: false,
      signal: AbortSignal.timeout(RESPONSE_MS),
      headers: {
        Authorization: `Bearer ${this.#apiKey}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
    });
    sent.end(body && JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const content = await text(response);
    return {
      status: response.statusCode!,
      body: JSON.parse(content),
      isReplayed: response.headers['idempotent-replayed'] === 'true',
    };
  }
}

const RESPONSE_MS = 8000;
