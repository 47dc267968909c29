import { useEffect, useState } from 'preact/hooks';
import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { hasTexts, readStored, store } from '../frame/stored.js';
import { type ClientSettings, TestClient } from './test-client.js';

const KEY = 'clients';
const NEW: ClientSettings = { path: '', query: '', protocols: '' };

const isSettingsList = (value: unknown): value is readonly ClientSettings[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((each) => hasTexts(each, ['path', 'query', 'protocols']));

/** The test clients of the page. They stay connected while other views are shown; their settings are stored. */
class TestClients {
  #clients: readonly TestClient[] = [];
  #lastId = 0;
  readonly #listeners = new Set<() => void>();

  constructor() {
    for (const settings of readStored(KEY, isSettingsList) ?? [NEW]) this.#create(settings);
  }

  get all(): readonly TestClient[] {
    return this.#clients;
  }

  /** The client that has the connection, if it is one of this page. */
  of(connectionId: string): TestClient | undefined {
    return this.#clients.find((client) => client.connectionId === connectionId && client.state === 'open');
  }

  /** @returns the new client, with the settings of the last one */
  add(): TestClient {
    const client = this.#create(this.#clients.at(-1)?.settings ?? NEW);
    this.#store();
    return client;
  }

  remove(client: TestClient): void {
    client.disconnect();
    this.#clients = this.#clients.filter((each) => each !== client);
    this.#store();
  }

  configure(client: TestClient, settings: Partial<ClientSettings>): void {
    client.settings = { ...client.settings, ...settings };
    this.#store();
  }

  /** Takes new events of the gateway, for links to their stories. */
  take(events: readonly GatewayEvent[]): void {
    for (const event of events) {
      if (this.#clients.some((client) => client.take(event))) this.#notify();
    }
  }

  /** @returns ends it */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #create(settings: ClientSettings): TestClient {
    this.#lastId += 1;
    const client = new TestClient(this.#lastId, settings, () => this.#notify());
    this.#clients = [...this.#clients, client];
    return client;
  }

  #store(): void {
    store(
      KEY,
      this.#clients.map(({ settings }) => settings),
    );
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const testClients = new TestClients();

/** Renders the component again when a client changes, at most once for each frame of the screen. */
export function useTestClients(): TestClients {
  const [, setVersion] = useState(0);
  useEffect(() => {
    let frame: number | undefined;
    const stop = testClients.listen(() => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        setVersion((version) => version + 1);
      });
    });
    return () => {
      stop();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, []);
  return testClients;
}
