import { IntegrationFailedError } from './integration-errors.js';
import { attributesOf } from './target-address.js';
import { targetNames } from './target-names.js';
import { type PooledTarget, type TargetPool } from './target-pool.js';

/** Actual addresses of private integrations of HTTP APIs, from `--target`. */
export interface PrivateTargets {
  /**
   * The target of the next request: healthy ones in turn, of a Cloud Map service those that have the attributes in the
   * URI's query string (H5.09).
   *
   * @param uri ARN of a listener or of a Cloud Map service, stage variables filled in
   * @param vpcLinkId id of the v2 VPC link, stage variables filled in
   * @param scheme decides the port if neither the address nor a template has one
   * @throws {IntegrationFailedError} no such link, or no target
   */
  next(uri: string, vpcLinkId: string, scheme: 'http' | 'https'): PooledTarget;
}

/**
 * @param vpcLinks the v2 links by id
 * @param pool is called for each request, as a reload replaces the targets
 */
export function privateTargets(
  vpcLinks: ReadonlyMap<string, unknown>,
  pool: () => TargetPool,
): PrivateTargets {
  return {
    next(uri, vpcLinkId, scheme) {
      const fail = (reason: string) =>
        new IntegrationFailedError(uri, { cause: reason, isOutcomeUnknown: false });
      if (!vpcLinks.has(vpcLinkId)) throw fail(`there is no v2 VPC link '${vpcLinkId}'`);
      const names = targetNames(uri);
      const [, query] = uri.split('?');
      const targets = pool();
      const target = targets.next(names, {
        port: scheme === 'https' ? '443' : '80',
        ...(query !== undefined && { filters: attributesOf(query) }),
      });
      if (target !== undefined) return target;
      const example = names.find((name) => !name.startsWith('arn:')) ?? uri;
      throw fail(
        targets.has(names)
          ? `none of its targets has the attributes ${query}; set --target '${example}=HOST:PORT?${query}'`
          : `it has no target; set --target ${example}=HOST:PORT`,
      );
    },
  };
}
