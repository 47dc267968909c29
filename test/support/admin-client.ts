/** The gateway's own API under `/_gateway/`. */
export class AdminClient {
  constructor(private readonly gatewayUrl: string) {}

  async get(path: string): Promise<unknown> {
    return (await this.request('GET', path)).body;
  }

  /** @param advance such as `2h` @returns the new time */
  async advanceClock(advance: string): Promise<Date> {
    const { body } = await this.request('POST', 'clock', { advance });
    return new Date((body as { now: string }).now);
  }

  async setFaults(faults: unknown): Promise<unknown> {
    return (await this.request('PUT', 'faults', faults)).body;
  }

  /** @param body text is sent unmodified, anything else as JSON */
  async request(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; headers: Headers; body: unknown }> {
    const response = await fetch(`${this.gatewayUrl}/_gateway/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'Content-Type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
}
