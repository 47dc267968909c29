/** The errors of a client while it connects. The client itself retries after every error. */
export class ConnectErrors {
  last: unknown;
  /** Rejects with the first error that another attempt cannot fix. */
  readonly isFinal: Promise<never>;
  #end: (error: unknown) => void = () => {};

  constructor() {
    this.isFinal = new Promise((_, reject) => {
      this.#end = reject;
    });
  }

  readonly note = (error: unknown): void => {
    this.last = error;
    if (isFinal(error)) this.#end(error);
  };
}

/** Whether the error has this code, as `OOM`. Redis 6 wraps an error that happens within a script. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error.message.startsWith(code) || error.message.includes(`: -${code} `));
}

/** Whether another attempt cannot help: wrong credentials, an untrusted certificate, not a cluster. */
export function isFinal(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['WRONGPASS', 'NOAUTH', 'NOPERM', 'ERR'].some((start) => hasCode(error, start)) ||
    /CERT|SIGNATURE|^ERR_TLS|^ERR_SSL/.test(code ?? '')
  );
}

/** What to check when the server cannot be used. */
export function adviceFor(error: unknown): string {
  if (['WRONGPASS', 'NOAUTH'].some((start) => hasCode(error, start))) {
    return 'expected user and password that the server knows';
  }
  if (hasCode(error, 'NOPERM')) return 'expected a user who may run all commands on the keys of REDIS_PREFIX';
  if (/CERT|SIGNATURE/.test((error as NodeJS.ErrnoException).code ?? '')) {
    return 'expected a certificate that Node trusts: name its authority in NODE_EXTRA_CA_CERTS';
  }
  if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_SSL')) {
    return 'expected a server that speaks TLS there, or redis: in place of rediss:';
  }
  return 'expected a Redis or Valkey server that listens there';
}

/**
 * The reason in one line; OpenSSL's messages end with a line break. An AggregateError of several connection attempts has
 * no message of its own; the first error has the reason.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
