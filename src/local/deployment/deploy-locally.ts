import { createHash } from 'node:crypto';
import { APIGatewayClient, CreateVpcLinkCommand, GetVpcLinksCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { type DeploymentValues, webSocketApi } from '../../api/definition.js';
import { ApiUpdate, type AuthorizerDefinition, findApi } from './api-update.js';

/** What `deployLocally` needs to know. */
export interface LocalDeployment {
  /** The gateway's control plane, such as `http://127.0.0.1:8080`. */
  readonly gatewayUrl: string;
  /** Where the gateway reaches the service. */
  readonly serviceUrl: string;
  readonly gatewaySecret: string;
  /** The gateway's admin token, which its control plane needs when it listens beyond loopback. */
  readonly adminToken?: string | undefined;
  /** The service's `REPLIES`. */
  readonly replies?: DeploymentValues['replies'];
  /** Of `$connect`, for a service with `AUTH=authorizer`. */
  readonly authorizer?: LocalAuthorizer;
}

export interface LocalAuthorizer {
  /** Name of a Lambda function that the gateway knows. */
  readonly functionName: string;
  /** What has to be in the handshake, such as `route.request.querystring.token`; else it is refused with 401. */
  readonly identitySource: readonly string[];
  readonly userKey?: string;
}

/** What a deployment has done. */
export interface LocalResult {
  readonly apiId: string;
  /** What was created, updated or deleted, in words, in that order; empty when everything was as it should be. */
  readonly changes: readonly string[];
}

/** The stage that the local gateway serves. */
export const LOCAL_STAGE = 'dev';

/**
 * Brings the API of a gateway to the definition, through its control plane and with the AWS SDK, as one would on AWS. An
 * API of the same name is updated in place: clients stay connected, and their next message uses the new deployment.
 *
 * A stage serves a snapshot. Everything is changed first and deployed last, with one deployment, so that no message meets
 * a half-updated API; a run that fails half-way has changed nothing for clients, and the next run completes it.
 *
 * @throws the SDK's exception for what the control plane refused
 */
export async function deployLocally(deployment: LocalDeployment): Promise<LocalResult> {
  const { gatewayUrl, serviceUrl, gatewaySecret, adminToken, replies, authorizer } = deployment;
  const settings = {
    endpoint: gatewayUrl,
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
      vpcLinkId: await vpcLink(rest),
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

/** Enough to tell one definition from another: a deployment carries it, so that a later run knows what a stage serves. */
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

/** The link's load balancer has no listener of its own here: the gateway goes to the host in the integration's URI. */
async function vpcLink(control: APIGatewayClient): Promise<string> {
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
