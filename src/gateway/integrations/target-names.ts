/**
 * The names by which `--target` can name where a private integration leads: for a listener its ARN and logical id, and
 * those of its load balancer and its name; for a load balancer or a Cloud Map service its ARN, name and logical id,
 * for the latter also those of its ECS service. The most specific ones come first.
 *
 * In the ARNs of a template's resources, logical ids take the place of the ids that AWS generates.
 *
 * @param arn of a listener, a load balancer or a Cloud Map service, the latter possibly with a query string
 */
export function targetNames(arn: string): readonly string[] {
  const [plain = ''] = arn.split('?');
  const [, prefix, kind, name, id, listenerId] =
    plain.match(
      /^(arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:)(loadbalancer|listener)\/((?:app|net)\/[^/]+)\/([^/]+)(?:\/([^/]+))?$/,
    ) ?? [];
  if (prefix !== undefined && kind !== undefined && name !== undefined && id !== undefined) {
    const loadBalancer = [`${prefix}loadbalancer/${name}/${id}`, name.slice('app/'.length), id];
    return kind === 'listener' ? [plain, ...(listenerId ? [listenerId] : []), ...loadBalancer] : loadBalancer;
  }
  const [, path] = plain.match(/^arn:[^:]+:servicediscovery:[^:]*:[^:]*:service\/(.+)$/) ?? [];
  const [serviceId, ...others] = (path ?? '').split('/');
  return [plain, ...(serviceId ? [serviceId, serviceId.replace(/^srv-/, ''), ...others] : [])];
}
