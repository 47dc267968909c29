import { setTimeout as sleep } from 'node:timers/promises';
import { deployLocally, type LocalDeployment, type LocalResult } from './deploy-locally.js';

/** How `keepDeployed` reports changes, each once. */
export interface DeploymentReports {
  readonly deployed: (result: LocalResult) => void;
  /** The gateway does not respond or refuses. Further attempts follow. */
  readonly failed: (error: unknown) => void;
  /** After a failure, the gateway responds again and still has its API. */
  readonly recovered: () => void;
}

/**
 * Deploys to a gateway, and again after each restart of the gateway, because its APIs are in memory. Polls the
 * gateway's start id, and waits for a gateway that does not respond. Never returns.
 *
 * @throws what `deployLocally` throws for the first deployment, unless the gateway was restarted in the meantime: a
 *   wrong setting stays wrong
 */
export async function keepDeployed(
  deployment: LocalDeployment,
  { deployed, failed, recovered }: DeploymentReports,
): Promise<never> {
  let deployedTo: string | undefined;
  let lastFailure: string | undefined;
  for (let waitMs = POLL_MS; ; await sleep(waitMs)) {
    let startId: string | undefined;
    try {
      // read before deploying: if the gateway restarts in the meantime, the next poll finds another id
      startId = await readStartId(deployment.gatewayUrl);
      if (startId !== deployedTo) {
        deployed(await deployLocally(deployment));
        deployedTo = startId;
      } else if (lastFailure !== undefined) {
        recovered();
      }
      lastFailure = undefined;
      waitMs = POLL_MS;
    } catch (error) {
      const isFirst = deployedTo === undefined && !isUnreachable(error);
      if (isFirst && !(await isRestarted(deployment.gatewayUrl, startId))) throw error;
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
  // the SDK's exceptions have AWS's names, such as NotFoundException
  const text = [name === 'Error' || name === 'TypeError' ? '' : name, message].filter(Boolean).join(': ');
  return cause === undefined ? text : `${text} (${cause})`;
}

/** Whether there was no response, as opposed to a refusal. */
function isUnreachable(error: unknown): boolean {
  return error instanceof GatewayUnreachableError || (error instanceof Error && causeOf(error) !== undefined);
}

/** Whether the gateway is restarting or has another start id than before. */
async function isRestarted(gatewayUrl: string, before: string | undefined): Promise<boolean> {
  if (before === undefined) return false;
  try {
    return (await readStartId(gatewayUrl)) !== before;
  } catch (error) {
    return isUnreachable(error);
  }
}

/** The code of a failed connection, such as ECONNREFUSED. */
function causeOf(error: Error): string | undefined {
  const { code } = ((error.cause as object | undefined) ?? error) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}

class GatewayUnreachableError extends Error {
  override readonly name = 'Error';
}

/** @throws {GatewayUnreachableError} there is no response @throws {Error} the response is not that of our gateway */
async function readStartId(gatewayUrl: string): Promise<string> {
  const url = `${gatewayUrl}/_gateway/health`;
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
  } catch (cause) {
    throw new GatewayUnreachableError(`no response from a gateway at ${gatewayUrl}`, {
      cause: (cause as Error).cause ?? cause,
    });
  }
  const body = (await response.json().catch(() => undefined)) as { startId?: unknown } | undefined;
  if (response.ok && typeof body?.startId === 'string') return body.startId;
  throw new Error(
    `${url} has no start id (status ${response.status}): is GATEWAY_URL a Backchannel gateway?`,
  );
}
