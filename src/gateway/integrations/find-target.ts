import { type VpcLink } from '../control/fields/vpc-link-fields.js';

/** Actual addresses of load balancers: name or ARN → `HOST` or `HOST:PORT`. */
export type Targets = ReadonlyMap<string, string>;

/**
 * The origin to which an integration's HTTP request is sent. Over the Internet it is the URI's own. Through a VPC
 * link it is the address that `--target` gives for the link's load balancer, else the URI's own. An address without a
 * port gets the URI's port, because a load balancer has one listener for each port.
 *
 * The `Host` header is always that of the URI.
 *
 * @throws {NoVpcLinkError} the VPC link does not exist
 */
export function findTarget(
  url: URL,
  vpcLinkId: string | undefined,
  vpcLink: (id: string) => VpcLink | undefined,
  targets: Targets,
): string {
  if (vpcLinkId === undefined) return url.origin;
  const link = vpcLink(vpcLinkId);
  if (link === undefined) throw new NoVpcLinkError(`there is no VPC link '${vpcLinkId}'`);
  const [arn] = link.targetArns;
  const target = targets.get(arn) ?? targets.get(loadBalancerName(arn));
  if (target === undefined) return url.origin;
  const hasPort = /:\d+$/.test(target);
  return `${url.protocol}//${target}${hasPort || url.port === '' ? '' : `:${url.port}`}`;
}

export class NoVpcLinkError extends Error {
  override readonly name = 'NoVpcLinkError';
}

/** `arn:aws:elasticloadbalancing:…:loadbalancer/net/NAME/ID` → `NAME` */
const loadBalancerName = (arn: string) => arn.split('/')[2] ?? '';
