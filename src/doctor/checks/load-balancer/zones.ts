import { type Check, type Finding, findings } from '../../check.js';
import { READ_LOAD_BALANCER } from '../../permissions.js';

export const zones: Check = {
  id: 'zones',
  group: 'load-balancer',
  title: 'each zone of the load balancer reaches a target',
  severity: 'problem',
  reason:
    'a network load balancer is cross-zone only if that is switched on; otherwise the part of the handshakes that enters in a zone without a healthy target fails',
  fix: 'aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes Key=load_balancing.cross_zone.enabled,Value=true, or run a target in each zone',
  section: '24',
  permissions: [
    ...READ_LOAD_BALANCER,
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetGroupAttributes',
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  async run({ backend }) {
    const [balancers, groups] = await Promise.all([backend.loadBalancers(), backend.targetGroups()]);
    const found: Finding[] = [];
    for (const balancer of balancers) {
      const { [CROSS_ZONE]: ofBalancer } = await backend.loadBalancerAttributes(balancer.arn);
      const [first, ...others] = balancer.zones;
      if (first !== undefined && others.length === 0) {
        found.push({
          severity: 'warning',
          seen: `${balancer.name} is in one zone only, ${first}`,
          fix: 'give it subnets in several zones: when a zone fails, its connections do',
        });
      }
      for (const group of groups) {
        const { [CROSS_ZONE]: ofGroup } = await backend.targetGroupAttributes(group.arn);
        if ((ofGroup === 'true' || ofGroup === 'false' ? ofGroup : ofBalancer) === 'true') continue;
        const targets = await backend.targets(group.arn);
        const healthy = new Set(targets.filter(({ state }) => state === 'healthy').map(({ zone }) => zone));
        // a target without a healthy one at all is reported by target-health
        if (healthy.size === 0 || healthy.has('all') || healthy.has(undefined)) continue;
        const empty = balancer.zones.filter((zone) => !healthy.has(zone));
        if (empty.length > 0) {
          found.push({
            seen: `cross-zone load balancing is off, and ${group.name} has no healthy target in ${empty.join(', ')}`,
          });
        }
      }
    }
    return findings(found, balancers.flatMap((balancer) => balancer.zones).join(', '));
  },
};

/** A target group's may be `use_load_balancer_configuration`. */
const CROSS_ZONE = 'load_balancing.cross_zone.enabled';
