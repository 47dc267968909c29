import { APIGatewayClient, CreateVpcLinkCommand, GetVpcLinksCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import { webSocketApi } from '../api/definition.js';

/** What `deployLocally` needs to know. */
export interface LocalDeployment {
  /** The gateway's control plane, such as `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string;
  /** Where the gateway reaches the service. */
  readonly serviceUrl: string;
  readonly gatewaySecret: string;
}

/** The stage that the local gateway serves. */
export const LOCAL_STAGE = 'dev';

/**
 * Sends the API's definition to a gateway's control plane with the AWS SDK, as one would to AWS. An API of the same
 * name is replaced.
 *
 * @returns the API's id
 * @throws the SDK's exception for what the control plane refused
 */
export async function deployLocally({
  gatewayUrl,
  serviceUrl,
  gatewaySecret,
}: LocalDeployment): Promise<string> {
  // any credentials will do: the gateway does not check them on its control plane
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const settings = { endpoint: gatewayUrl, region: 'us-east-1', credentials };
  const control = new ApiGatewayV2Client(settings);
  const { Routes, ...api } = webSocketApi({
    serviceUrl,
    gatewaySecret,
    vpcLinkId: await vpcLink(new APIGatewayClient(settings)),
  });

  const { Items: existing = [] } = await control.send(new GetApisCommand({}));
  for (const { Name, ApiId } of existing) {
    if (Name === api.Name) await control.send(new DeleteApiCommand({ ApiId }));
  }
  const { ApiId } = await control.send(new CreateApiCommand(api));
  for (const { Integration, ...route } of Routes) {
    const { IntegrationId } = await control.send(new CreateIntegrationCommand({ ApiId, ...Integration }));
    await control.send(new CreateRouteCommand({ ApiId, ...route, Target: `integrations/${IntegrationId}` }));
  }
  const { DeploymentId } = await control.send(new CreateDeploymentCommand({ ApiId }));
  await control.send(new CreateStageCommand({ ApiId, StageName: LOCAL_STAGE, DeploymentId }));
  return ApiId!;
}

/** The link's load balancer has no listener of its own here: the gateway goes to the host in the integration's URI. */
async function vpcLink(control: APIGatewayClient): Promise<string> {
  const name = 'backchannel';
  const { items = [] } = await control.send(new GetVpcLinksCommand({}));
  const existing = items.find((link) => link.name === name)?.id;
  if (existing !== undefined) return existing;
  const arn =
    'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/backchannel/0000000000000000';
  const { id } = await control.send(new CreateVpcLinkCommand({ name, targetArns: [arn] }));
  return id!;
}

if (import.meta.main) {
  const {
    GATEWAY_URL = 'http://127.0.0.1:8080',
    SERVICE_URL = 'http://127.0.0.1:3000',
    GATEWAY_SECRET,
  } = process.env;
  if (GATEWAY_SECRET === undefined) {
    process.stderr.write('deploy: GATEWAY_SECRET is not set: give the one that the service has\n');
    process.exitCode = 1;
  } else {
    const apiId = await deployLocally({
      gatewayUrl: GATEWAY_URL,
      serviceUrl: SERVICE_URL,
      gatewaySecret: GATEWAY_SECRET,
    });
    process.stdout.write(`deployed API ${apiId} to ${GATEWAY_URL}, stage ${LOCAL_STAGE}\n`);
  }
}
