import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { poll } from './limits.ts';

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

  /**
   * Reads until the service reaches its store, which on a busy machine takes some time after the last fault.
   *
   * @returns the body of the response
   * @throws {Error} the response was not 200
   */
  async read(path: string): Promise<unknown> {
    const seen = { status: 503, body: undefined as unknown };
    await poll(STORE_MS, async () => {
      Object.assign(seen, await this.request('GET', path));
      return seen.status === 503 ? undefined : seen;
    });
    if (seen.status !== 200) throw new Error(`GET ${path}: ${seen.status} ${JSON.stringify(seen.body)}`);
    return seen.body;
  }
}

const RESPONSE_MS = 8000;
const STORE_MS = 15_000;
