import { type VpcLink } from '../control/fields/vpc-link-fields.js';
import { targetNames } from './target-names.js';
import { type PooledTarget, type TargetPool } from './target-pool.js';

/** Where an integration's HTTP request is sent. */
export interface FoundTarget {
  readonly origin: string;
  /** Call it when the target refused the connection. */
  readonly failed: PooledTarget['failed'];
}

/**
 * The origin to which the HTTP request of a WebSocket API's integration is sent. Over the Internet it is the URI's own.
 * Through a VPC link it is the address that `--target` gives for the link's load balancer, else the URI's own. An
 * address without a port gets the URI's port, because a load balancer has one listener for each port.
 *
 * The `Host` header is always that of the URI.
 *
 * @throws {NoVpcLinkError} the VPC link does not exist
 */
export function findTarget(
  url: URL,
  vpcLinkId: string | undefined,
  vpcLink: (id: string) => VpcLink | undefined,
  targets: TargetPool,
): FoundTarget {
  const own = { origin: url.origin, failed: () => undefined };
  if (vpcLinkId === undefined) return own;
  const link = vpcLink(vpcLinkId);
  if (link === undefined) throw new NoVpcLinkError(`there is no VPC link '${vpcLinkId}'`);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const target = targets.next(targetNames(link.targetArns[0]), { port });
  if (target === undefined) return own;
  return { origin: `${url.protocol}//${target.address}`, failed: target.failed };
}

export class NoVpcLinkError extends Error {
  override readonly name = 'NoVpcLinkError';
}
