import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const stage: Check = {
  id: 'undeployed-stage',
  group: 'api',
  title: 'the stage serves a deployment',
  severity: 'problem',
  reason: 'a stage that does not exist, or to which nothing is deployed, refuses every handshake with 403',
  fix: 'aws apigatewayv2 create-deployment --api-id {api} --stage-name {stage}',
  section: '19',
  permissions: READ_API,
  async run({ api, target }) {
    const stages = await api.stages();
    const found = stages.find(({ name }) => name === target.stageName);
    if (found === undefined) {
      const names = stages.map(({ name }) => name).join(', ') || 'none';
      return findings(
        [
          {
            seen: `there is no stage ${target.stageName}; the stages are: ${names}`,
            fix: 'give --stage NAME, or create the stage',
          },
        ],
        '',
      );
    }
    if (found.deploymentId === undefined) {
      return findings([{ seen: `the stage ${found.name} has no deployment` }], '');
    }
    const failed = /fail/i.test(found.lastDeploymentMessage ?? '');
    return findings(
      failed
        ? [
            {
              seen: `the last automatic deployment failed: ${found.lastDeploymentMessage}`,
              fix: 'see the message',
            },
          ]
        : [],
      `${found.name}, deployment ${found.deploymentId}${found.isAutoDeployed ? ', deployed automatically' : ''}`,
    );
  },
};
