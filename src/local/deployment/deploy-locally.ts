import { createHash } from 'node:crypto';
import { APIGatewayClient, CreateVpcLinkCommand, GetVpcLinksCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { type DeploymentValues, webSocketApi } from '../../api/definition.js';
import { ApiUpdate, type AuthorizerDefinition } from './api-update.js';
import { findApi } from './read-resources.js';

export interface LocalDeployment {
  /** The gateway's control plane, such as `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string;
  /** The URL at which the gateway reaches the service. */
  readonly serviceUrl: string;
  readonly gatewaySecret: string;
  /** The gateway's admin token. A gateway that listens beyond loopback requires it. */
  readonly adminToken?: string | undefined;
  /** The service's `REPLIES`. */
  readonly replies?: DeploymentValues['replies'];
  /** The authorizer of `$connect`, for a service with `AUTH=authorizer`. */
  readonly authorizer?: LocalAuthorizer;
}

export interface LocalAuthorizer {
  /** The name of a Lambda function of the gateway. */
  readonly functionName: string;
  /** Required in the handshake, such as `route.request.querystring.token`; without them it is refused with 401. */
  readonly identitySource: readonly string[];
  readonly userKey?: string;
}

/** The outcome of a deployment. */
export interface LocalResult {
  readonly apiId: string;
  /** What was created, updated or deleted, in this order, for people; empty if nothing had to change. */
  readonly changes: readonly string[];
}

/** The stage that the local gateway serves. */
export const LOCAL_STAGE = 'dev';

/**
 * Creates or updates the API of a gateway from `api/definition.ts`, through the control plane and with the AWS SDK, as
 * on AWS. An API with the same name is updated in place: clients stay connected, and their next message uses the new
 * deployment.
 *
 * A stage serves a snapshot. All changes are made first and deployed last, in one deployment, so that no message meets
 * a partly updated API. A run that fails before that has changed nothing for clients, and the next run completes it.
 *
 * @throws the SDK's exception for a request that the control plane refuses
 */
export async function deployLocally(deployment: LocalDeployment): Promise<LocalResult> {
  const { gatewayUrl, serviceUrl, gatewaySecret, adminToken, replies, authorizer } = deployment;
  const settings = {
    endpoint: gatewayUrl,
    // they select endpoints of AWS, and the SDK refuses an explicit endpoint beside them, whatever the environment says
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    region: 'us-east-1',
    // the admin token is the secret key of the access key `admin`; a gateway on loopback checks neither
    credentials: { accessKeyId: 'admin', secretAccessKey: adminToken ?? 'local' },
  };
  const control = new ApiGatewayV2Client(settings);
  const rest = new APIGatewayClient(settings);
  try {
    const values: DeploymentValues = {
      serviceUrl,
      gatewaySecret,
      vpcLinkId: await vpcLinkId(rest),
      ...(replies && { replies }),
    };
    const { Name } = webSocketApi(values);
    const update = new ApiUpdate(control, await findApi(control, Name));
    await update.api(webSocketApi(values));
    const AuthorizerId = authorizer && (await update.authorizer(lambdaAuthorizer(authorizer)));
    const definition = webSocketApi({
      ...values,
      ...(AuthorizerId !== undefined && {
        authorizer: {
          AuthorizerId,
          ...(authorizer?.userKey !== undefined && { userKey: authorizer.userKey }),
        },
      }),
    });
    for (const route of definition.Routes) await update.route(route);
    await update.deleteSurplus();
    await update.deploy(LOCAL_STAGE, `definition ${digest([definition, authorizer])}`);
    return { apiId: update.apiId, changes: update.changes };
  } finally {
    control.destroy();
    rest.destroy();
  }
}

/** Identifies a definition. A deployment has it in its description, so that a later run knows what the stage serves. */
const digest = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);

function lambdaAuthorizer({ functionName, identitySource }: LocalAuthorizer): AuthorizerDefinition {
  const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
  return {
    Name: functionName,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
    IdentitySource: [...identitySource],
  };
}

/**
 * Finds or creates the VPC link. Its load balancer does not exist: the gateway calls the host in the integration's URI.
 */
async function vpcLinkId(control: APIGatewayClient): Promise<string> {
  const name = 'backchannel';
  let position: string | undefined;
  do {
    const page = await control.send(new GetVpcLinksCommand({ position }));
    const existing = page.items?.find((link) => link.name === name)?.id;
    if (existing !== undefined) return existing;
    position = page.position;
  } while (position !== undefined);
  const arn =
    'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/backchannel/0000000000000000';
  const { id } = await control.send(new CreateVpcLinkCommand({ name, targetArns: [arn] }));
  return id!;
}
