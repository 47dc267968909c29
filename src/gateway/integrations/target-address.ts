/** One address of a target, as `--target` gives it: `HOST[:PORT][?ATTRIBUTE=VALUE&…]`. */
export interface TargetAddress {
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  /** By default that of the listener or service. */
  readonly port: string | undefined;
  /** Attributes of a Cloud Map instance; none for other targets. */
  readonly attributes: Attributes;
}

/** Decoded names and values. */
export type Attributes = ReadonlyMap<string, string>;

/** @returns `undefined` when the text has another form */
export function parseTargetAddress(text: string): TargetAddress | undefined {
  const [, host, port, query] = text.match(/^([\w.-]+|\[[\da-f:]+\])(?::(\d+))?(?:\?([^?#,\s]+))?$/i) ?? [];
  if (host === undefined || (port !== undefined && !isPort(port))) return undefined;
  return { host, port, attributes: attributesOf(query) };
}

export const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;

/** @param query encoded, without `?` */
export const attributesOf = (query: string | undefined): Attributes => new Map(new URLSearchParams(query));
