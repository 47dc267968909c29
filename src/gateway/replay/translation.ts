import { type GatewayEvent, type HeaderList } from '../recorder/gateway-event.js';
import { type SessionApi } from '../session/session.js';
import { givenHeaders } from '../story/client-headers.js';

/** Ids of the session → those of the gateway that plays it again. */
export class Translation {
  readonly #ids = new Map<string, string>();

  add(recorded: string, replayed: string): void {
    this.#ids.set(recorded, replayed);
  }

  get(recorded: string): string | undefined {
    return this.#ids.get(recorded);
  }

  /** Replaces the ids wherever they are a word. */
  text(text: string): string {
    if (this.#ids.size === 0) return text;
    return text.replaceAll(/[\w-]+(?:%3D|=){0,2}/gi, (word) => {
      const id = this.#ids.get(word.replaceAll(/%3d/gi, '='));
      if (id === undefined) return word;
      return /%3d/i.test(word) ? encodeURIComponent(id) : id;
    });
  }

  /** URL and headers of a request of a client, for the other gateway. */
  request(
    { url, headers }: { readonly url: string; readonly headers: HeaderList },
    { apiId = '' }: GatewayEvent,
  ): { readonly path: string; readonly headers: HeaderList } {
    const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
    const path = this.text(url);
    const id = this.#ids.get(apiId);
    // the address of the gateway itself names no API: there may be others now
    const isPlain = isOwnAddress(host);
    return {
      path: isPlain && id !== undefined && !path.startsWith('/_apis/') ? `/_apis/${id}${path}` : path,
      headers: givenHeaders(headers)
        .filter(([name]) => name.toLowerCase() !== 'host' || !isPlain)
        .map(([name, value]) => [name, this.text(value)] as const),
    };
  }
}

/** An IP address, a name of one label, or one that always means this machine or network. */
function isOwnAddress(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (/\.execute-api\./.test(name)) return false;
  return (
    !name.includes('.') ||
    /^[\d.]+$/.test(name) ||
    name.startsWith('[') ||
    /\.(?:localhost|internal)$/.test(name)
  );
}

/** The same API at another gateway: by logical id, else by name, else the only one of its protocol. */
export function sameApi(api: SessionApi, others: readonly SessionApi[]): SessionApi | undefined {
  const candidates = others.filter(({ protocol }) => protocol === api.protocol);
  return (
    candidates.find(({ logicalId }) => logicalId !== undefined && logicalId === api.logicalId) ??
    candidates.find(({ name }) => name === api.name) ??
    (candidates.length === 1 ? candidates[0] : undefined)
  );
}
