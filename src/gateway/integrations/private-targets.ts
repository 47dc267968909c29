import { IntegrationFailedError } from './integration-errors.js';
import { targetNames } from './target-names.js';
import { type PooledTarget, type TargetPool } from './target-pool.js';

/** Actual addresses of private integrations of HTTP APIs, from `--target`. */
export interface PrivateTargets {
  /**
   * The target of the next request: healthy ones in turn.
   *
   * @param uri ARN of a listener or of a Cloud Map service, stage variables filled in
   * @param vpcLinkId id of the v2 VPC link, stage variables filled in
   * @throws {IntegrationFailedError} no such link, or no target
   */
  next(uri: string, vpcLinkId: string): PooledTarget;
}

/**
 * The filters of a Cloud Map service's ARN have no effect: `--target` knows no attributes of instances.
 *
 * @param vpcLinks the v2 links by id
 * @param pool is called for each request, as a reload replaces the targets
 */
export function privateTargets(
  vpcLinks: ReadonlyMap<string, unknown>,
  pool: () => TargetPool,
): PrivateTargets {
  return {
    next(uri, vpcLinkId) {
      const fail = (reason: string) =>
        new IntegrationFailedError(uri, { cause: reason, isOutcomeUnknown: false });
      if (!vpcLinks.has(vpcLinkId)) throw fail(`there is no v2 VPC link '${vpcLinkId}'`);
      const names = targetNames(uri);
      const target = pool().next(names);
      if (target !== undefined) return target;
      const example = names.find((name) => !name.startsWith('arn:')) ?? uri;
      throw fail(`it has no target; set --target ${example}=HOST:PORT`);
    },
  };
}
