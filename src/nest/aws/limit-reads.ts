/**
 * Limits each read of credentials to {@link READ_TIMEOUT_MS}. A chain of the SDK has no limit for a `credential_process`,
 * and while one read of it hangs, all later ones wait for the same.
 *
 * A later read therefore gets a new chain. The pause before it doubles, because the process that hangs is not ended. If
 * the read succeeds after all, its chain, which caches the result, is used again.
 */
export function limitReads<Credentials>(
  createChain: () => () => Promise<Credentials>,
): () => Promise<Credentials> {
  let chain = createChain();
  let pauseMs = READ_TIMEOUT_MS;
  let renewAt: number | undefined;
  return async () => {
    if (renewAt !== undefined && Date.now() >= renewAt) {
      chain = createChain();
      renewAt = undefined;
    }
    const current = chain;
    const read = current().then((credentials) => {
      chain = current;
      pauseMs = READ_TIMEOUT_MS;
      renewAt = undefined;
      return credentials;
    });
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      if (current === chain && renewAt === undefined) {
        renewAt = Date.now() + pauseMs - READ_TIMEOUT_MS;
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
      reject(new Error(`no response in ${READ_TIMEOUT_MS / 1000} s`));
    }, READ_TIMEOUT_MS);
    try {
      return await Promise.race([read, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The SDK sends up to four requests to the source of a container or an instance, with a timeout of 1 s each. */
export const READ_TIMEOUT_MS = 15_000;

/** The longest time from the start of a read that hangs to the next chain. */
const LONGEST_PAUSE_MS = 10 * 60_000;
