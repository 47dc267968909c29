import { setTimeout as sleep } from 'node:timers/promises';
import { deployLocally, type LocalDeployment, type LocalResult } from './deploy-locally.js';

/** How `keepDeployed` reports: each once, when it changes. */
export interface DeploymentReports {
  readonly deployed: (result: LocalResult) => void;
  /** The gateway is away, or refuses; it goes on trying. */
  readonly failed: (error: unknown) => void;
  /** After a failure, the gateway that was deployed to is there again. */
  readonly recovered: () => void;
}

/**
 * Deploys to a gateway, and again whenever the gateway was started anew: its APIs are in memory. It polls the id that
 * each start of the gateway has, and waits for a gateway that is away. It never returns.
 *
 * @throws what `deployLocally` throws, of the first deployment only: a wrong setting does not get better by waiting
 */
export async function keepDeployed(
  deployment: LocalDeployment,
  { deployed, failed, recovered }: DeploymentReports,
): Promise<never> {
  let deployedTo: string | undefined;
  let lastFailure: string | undefined;
  for (let waitMs = POLL_MS; ; await sleep(waitMs)) {
    try {
      // read before deploying: a gateway that starts anew meanwhile has another one at the next poll
      const startId = await readStartId(deployment.gatewayUrl);
      if (startId !== deployedTo) {
        deployed(await deployLocally(deployment));
        deployedTo = startId;
      } else if (lastFailure !== undefined) {
        recovered();
      }
      lastFailure = undefined;
      waitMs = POLL_MS;
    } catch (error) {
      if (deployedTo === undefined && !isAway(error)) throw error;
      const failure = describeFailure(error);
      if (failure !== lastFailure) failed(error);
      lastFailure = failure;
      waitMs = Math.min(waitMs * 2, MAX_WAIT_MS);
    }
  }
}

const POLL_MS = 500;
const MAX_WAIT_MS = 5_000;
const HEALTH_TIMEOUT_MS = 5_000;

/** One sentence, without a stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  const cause = causeOf(error);
  // the SDK's exceptions are named after AWS's, such as NotFoundException
  const said = [name === 'Error' || name === 'TypeError' ? '' : name, message].filter(Boolean).join(': ');
  return cause === undefined ? said : `${said} (${cause})`;
}

/** Whether nothing answered, rather than an answer that refuses. */
function isAway(error: unknown): boolean {
  return error instanceof GatewayAwayError || (error instanceof Error && causeOf(error) !== undefined);
}

/** The code of a failed connection, such as ECONNREFUSED. */
function causeOf(error: Error): string | undefined {
  const { code } = ((error.cause as object | undefined) ?? error) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}

class GatewayAwayError extends Error {
  override readonly name = 'Error';
}

/** @throws {GatewayAwayError} nothing answers, or it is not ready @throws {Error} it is no gateway of ours */
async function readStartId(gatewayUrl: string): Promise<string> {
  const url = `${gatewayUrl}/_gateway/health`;
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
  } catch (cause) {
    throw new GatewayAwayError(`no gateway answers at ${gatewayUrl}`, {
      cause: (cause as Error).cause ?? cause,
    });
  }
  const body = (await response.json().catch(() => undefined)) as { startId?: unknown } | undefined;
  if (response.ok && typeof body?.startId === 'string') return body.startId;
  throw new Error(
    `${url} has no start id (status ${response.status}): is GATEWAY_URL a Backchannel gateway?`,
  );
}
