import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const reachable: Check = {
  id: 'default-endpoint',
  group: 'domains',
  title: 'the API has a name that clients can use',
  severity: 'problem',
  reason:
    'with DisableExecuteApiEndpoint the name below execute-api refuses every handshake and every callback: a custom domain name has to be mapped to the stage',
  fix: 'aws apigatewayv2 create-api-mapping --domain-name NAME --api-id {api} --stage {stage}, or update-api --api-id {api} --no-disable-execute-api-endpoint',
  section: '26',
  permissions: [...READ_API, 'apigateway:GET /domainnames'],
  async run({ api, target }) {
    const [{ isDefaultEndpointDisabled, endpoint }, domains] = await Promise.all([
      api.api(),
      api.domainNames(),
    ]);
    const mapped = domains.filter(({ mappings }) => mappings.some(({ stage }) => stage === target.stageName));
    const names = [
      ...(isDefaultEndpointDisabled ? [] : [`${endpoint}/${target.stageName}`]),
      ...mapped.map(({ name }) => name),
    ];
    return findings(
      names.length === 0
        ? [
            {
              seen: `the default endpoint is disabled, and no domain name is mapped to the stage ${target.stageName}`,
            },
          ]
        : [],
      names.join(', '),
    );
  },
};
