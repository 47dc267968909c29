import { type Check, type Finding, findings } from '../../check.js';
import { READ_LOAD_BALANCER } from '../../permissions.js';

export const active: Check = {
  id: 'network-load-balancer',
  group: 'load-balancer',
  title: 'the VPC link leads to an active network load balancer',
  severity: 'problem',
  reason: 'a VPC link of v1 leads to a network load balancer of the same account, and to nothing else',
  fix: 'create a network load balancer, and a new VPC link to it: the targets of a link cannot be changed',
  section: '1',
  permissions: READ_LOAD_BALANCER,
  async run({ backend }) {
    const arns = await backend.loadBalancerArns();
    const balancers = await Promise.all(arns.map((arn) => backend.loadBalancer(arn)));
    const found = arns.flatMap((arn, index): readonly Finding[] => {
      const balancer = balancers[index];
      if (balancer === undefined) return [{ seen: `${arn} does not exist` }];
      const { name, type, state } = balancer;
      if (type !== 'network') return [{ seen: `${name} is of the type ${type}` }];
      return state === 'active'
        ? []
        : [{ seen: `${name} is ${state}`, fix: 'wait until it is active, and see its events if it fails' }];
    });
    return findings(found, balancers.map((balancer) => balancer?.name).join(', '));
  },
};
