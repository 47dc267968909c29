import { createClients, destroyClients } from '../aws/clients.js';
import { type Check } from '../check.js';
import { CannotRunError } from '../doctor-error.js';
import { type Target } from '../facts/target.js';
import { findTarget } from '../find-target.js';
import { LIVE_PERMISSION } from '../live/measure-live.js';
import { type Options } from '../options.js';
import { type Permission } from '../permissions.js';
import { policyFor } from '../report/policy.js';

/** `--policy`. It works without credentials too: what they would tell is then `*`. */
export async function policyCommand(options: Options, checks: readonly Check[]): Promise<string> {
  const target = await targetOrNone(options);
  const compared = options.compare?.split('/', 1) ?? [];
  const permissions: readonly Permission[] = [
    ...checks.flatMap((check) => check.permissions),
    ...(options.stack === undefined ? [] : (['cloudformation:ListStackResources'] as const)),
    ...(options.live ? [LIVE_PERMISSION] : []),
  ];
  return policyFor(permissions, {
    partition: target?.caller.partition ?? 'aws',
    region: target?.region ?? options.region ?? '*',
    accountId: target?.caller.accountId ?? '*',
    apiIds: [target?.apiId ?? options.api ?? '*', ...compared],
    stageName: target?.stageName ?? options.stage ?? '*',
  });
}

async function targetOrNone(options: Options): Promise<Target | undefined> {
  if (options.api === undefined && options.stack === undefined) return undefined;
  const clients = createClients(options.region);
  try {
    return await findTarget(clients, options);
  } catch (error) {
    if (error instanceof CannotRunError) return undefined;
    throw error;
  } finally {
    destroyClients(clients);
  }
}
