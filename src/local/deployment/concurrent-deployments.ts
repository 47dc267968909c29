import { setTimeout as sleep } from 'node:timers/promises';

/** Another run of the deployment may have changed the same API. */
export class ConcurrentDeploymentError extends Error {
  override readonly name = 'Error';
}

/**
 * Runs an update from its beginning again when it meets what another run does at the same time. The pause is random,
 * so that two runs do not meet again.
 *
 * @throws what the last attempt has thrown
 */
export async function startOverOnConcurrentChanges<T>(update: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await update();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isFromConcurrentChange(error)) throw error;
      await sleep(MAX_PAUSE_MS * Math.random());
    }
  }
}

const MAX_ATTEMPTS = 6;
/** A deployment to a gateway on the same machine takes less. */
const MAX_PAUSE_MS = 500;

function isFromConcurrentChange(error: unknown): boolean {
  return error instanceof ConcurrentDeploymentError || (error instanceof Error && MAYBE.has(error.name));
}

/** The other run has created or deleted a resource first. A reference to a deleted one is a bad request. */
const MAYBE: ReadonlySet<string> = new Set(['ConflictException', 'NotFoundException', 'BadRequestException']);
