import { GetAccountCommand, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import { CreateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { expect, it } from 'vitest';
import { DeployedGateway } from '../../support/deployed-gateway.js';

it.each([
  ['GetAccount', 'GET /account', new GetAccountCommand({})],
  ['GetRestApis', 'GET /restapis', new GetRestApisCommand({})],
] as const)(
  '%s of v1 is refused as an operation that this gateway does not have',
  async (_, operation, command) => {
    await using gateway = await DeployedGateway.start({ $default: {} });
    await expect(gateway.rest.send(command)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: `this gateway has no operation ${operation}`,
      $metadata: { httpStatusCode: 404 },
    });
  },
);

it('a request without a signature at such a path is one to a stage of that name', async () => {
  await using gateway = await DeployedGateway.start({ $default: {} });
  await gateway.control.send(new CreateStageCommand({ ApiId: gateway.apiId, StageName: 'account' }));
  const response = await fetch(`${gateway.gateway.url}/account`);
  expect(response.status).toBe(426);
});
