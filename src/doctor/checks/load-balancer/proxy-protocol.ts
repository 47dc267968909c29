import { type Check, findings } from '../../check.js';
import { READ_TARGET_GROUPS } from '../../permissions.js';

export const proxyProtocol: Check = {
  id: 'proxy-protocol',
  group: 'load-balancer',
  title: 'proxy protocol is off',
  severity: 'problem',
  reason: 'with proxy protocol v2 a binary header is in front of each request, which an HTTP server refuses',
  fix: 'aws elbv2 modify-target-group-attributes --target-group-arn ARN --attributes Key=proxy_protocol_v2.enabled,Value=false, unless the backend expects it',
  section: 'unreadable',
  permissions: [...READ_TARGET_GROUPS, 'elasticloadbalancing:DescribeTargetGroupAttributes'],
  async run({ backend }) {
    const groups = await backend.targetGroups();
    const attributes = await Promise.all(groups.map(({ arn }) => backend.targetGroupAttributes(arn)));
    return findings(
      groups
        .filter((_, index) => attributes[index]?.['proxy_protocol_v2.enabled'] === 'true')
        .map(({ name }) => ({ seen: `${name} sends proxy protocol v2` })),
      groups.map(({ name }) => name).join(', '),
    );
  },
};
