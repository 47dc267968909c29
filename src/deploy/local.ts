import { APIGatewayClient, CreateVpcLinkCommand, GetVpcLinksCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  DeleteApiCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type DeploymentValues, webSocketApi } from '../api/definition.js';

/** What `deployLocally` needs to know. */
export interface LocalDeployment {
  /** The gateway's control plane, such as `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string;
  /** Where the gateway reaches the service. */
  readonly serviceUrl: string;
  readonly gatewaySecret: string;
  /** The service's `REPLIES`. */
  readonly replies?: DeploymentValues['replies'];
  /** Of `$connect`, for a service with `AUTH=authorizer`. */
  readonly authorizer?: {
    /** Name of a Lambda function that the gateway knows. */
    readonly functionName: string;
    /** What has to be in the handshake, such as `route.request.querystring.token`; else it is refused with 401. */
    readonly identitySource: readonly string[];
    readonly userKey?: string;
  };
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
  replies,
  authorizer,
}: LocalDeployment): Promise<string> {
  // any credentials will do: the gateway does not check them on its control plane
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const settings = { endpoint: gatewayUrl, region: 'us-east-1', credentials };
  const control = new ApiGatewayV2Client(settings);
  const values: DeploymentValues = {
    serviceUrl,
    gatewaySecret,
    vpcLinkId: await vpcLink(new APIGatewayClient(settings)),
    ...(replies && { replies }),
  };
  const { Routes: _, ...api } = webSocketApi(values);

  const { Items: existing = [] } = await control.send(new GetApisCommand({}));
  for (const { Name, ApiId } of existing) {
    if (Name === api.Name) await control.send(new DeleteApiCommand({ ApiId }));
  }
  const { ApiId } = await control.send(new CreateApiCommand(api));
  const { Routes } = webSocketApi({
    ...values,
    ...(authorizer && { authorizer: await createAuthorizer(control, ApiId, authorizer) }),
  });
  for (const { Integration, RouteResponse, ...route } of Routes) {
    const { IntegrationId } = await control.send(new CreateIntegrationCommand({ ApiId, ...Integration }));
    const Target = `integrations/${IntegrationId}`;
    const { RouteId } = await control.send(new CreateRouteCommand({ ApiId, ...route, Target }));
    if (RouteResponse) {
      await control.send(new CreateRouteResponseCommand({ ApiId, RouteId, ...RouteResponse }));
    }
  }
  const { DeploymentId } = await control.send(new CreateDeploymentCommand({ ApiId }));
  await control.send(new CreateStageCommand({ ApiId, StageName: LOCAL_STAGE, DeploymentId }));
  return ApiId!;
}

async function createAuthorizer(
  control: ApiGatewayV2Client,
  ApiId: string | undefined,
  { functionName, identitySource, userKey }: NonNullable<LocalDeployment['authorizer']>,
): Promise<NonNullable<DeploymentValues['authorizer']>> {
  const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
  const { AuthorizerId } = await control.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: functionName,
      AuthorizerType: 'REQUEST',
      AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
      IdentitySource: [...identitySource],
    }),
  );
  return { AuthorizerId: AuthorizerId!, ...(userKey !== undefined && { userKey }) };
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

/** @throws an Error that says what is expected */
export function readReplies(text: string | undefined): 'callback' | 'response' {
  const replies = text || 'callback';
  if (replies === 'callback' || replies === 'response') return replies;
  throw new Error(`REPLIES=${replies}: expected callback or response, the same as the service's`);
}

if (import.meta.main) {
  try {
    const {
      GATEWAY_URL = 'http://127.0.0.1:8080',
      SERVICE_URL = 'http://127.0.0.1:3000',
      GATEWAY_SECRET,
      REPLIES,
    } = process.env;
    if (!GATEWAY_SECRET) throw new Error('GATEWAY_SECRET is not set: give the one that the service has');
    const apiId = await deployLocally({
      gatewayUrl: GATEWAY_URL,
      serviceUrl: SERVICE_URL,
      gatewaySecret: GATEWAY_SECRET,
      replies: readReplies(REPLIES),
    });
    process.stdout.write(`deployed API ${apiId} to ${GATEWAY_URL}, stage ${LOCAL_STAGE}\n`);
  } catch (error) {
    process.stderr.write(`deploy: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
