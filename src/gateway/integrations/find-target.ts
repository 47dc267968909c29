import { type VpcLink } from '../control/fields/vpc-link-fields.js';

/** Where a load balancer really listens: `HOST` or `HOST:PORT`, by its name or its ARN. */
export type Targets = ReadonlyMap<string, string>;

/**
 * The origin to which an integration's request goes. Over the Internet that is the URI's own. Behind a VPC link it
 * is the link's load balancer: what `--target` says of it, else the URI's host. A target without a port takes the
 * URI's, as a load balancer has one listener for each port.
 *
 * The `Host` header stays the URI's in any case.
 *
 * @throws {NoVpcLinkError} there is no such link
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
