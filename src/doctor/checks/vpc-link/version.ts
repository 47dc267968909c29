import { type Check, findings } from '../../check.js';
import { READ_VPC_LINK } from '../../permissions.js';

export const version: Check = {
  id: 'v2-vpc-link',
  group: 'vpc-link',
  title: 'the VPC link is one of v1',
  severity: 'problem',
  reason:
    'WebSocket APIs reach a network load balancer by a VPC link of the REST API (v1); v2 links are for HTTP APIs',
  fix: 'aws apigateway create-vpc-link --name NAME --target-arns NLB_ARN (not apigatewayv2), use its id as the ConnectionId of each integration, and deploy',
  section: '1',
  permissions: READ_VPC_LINK,
  async run({ backend }) {
    const integrations = await backend.privateIntegrations();
    const ids = [...new Set(integrations.map(({ vpcLinkId }) => vpcLinkId))];
    const links = await Promise.all(ids.map((id) => backend.link(id)));
    return findings(
      ids
        .filter((_, index) => links[index] === undefined)
        .map((id) => ({ seen: `${id} is not a VPC link of v1 of this account and Region` })),
      ids.join(', '),
    );
  },
};
