import { createHash } from 'node:crypto';
import {
  APIGatewayClient,
  CreateVpcLinkCommand,
  DeleteVpcLinkCommand,
  GetVpcLinksCommand,
} from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { type DeploymentValues, webSocketApi } from '../../api/definition.js';
import { ApiUpdate, type AuthorizerDefinition } from './api-update.js';
import { ConcurrentDeploymentError, startOverOnConcurrentChanges } from './concurrent-deployments.js';
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
 * Several runs at once end with one API: whatever one run creates although another one has created it, too, it deletes
 * again, and a run that meets the changes of another starts over.
 *
 * @throws the SDK's exception for a request that the control plane refuses
 */
export async function deployLocally(deployment: LocalDeployment): Promise<LocalResult> {
  const { gatewayUrl, adminToken } = deployment;
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
  const changes: string[] = [];
  try {
    const apiId = await startOverOnConcurrentChanges(() => update({ control, rest, changes }, deployment));
    return { apiId, changes: [...new Set(changes)] };
  } finally {
    control.destroy();
    rest.destroy();
  }
}

interface ControlPlane {
  readonly control: ApiGatewayV2Client;
  readonly rest: APIGatewayClient;
  /** Receives what was changed. */
  readonly changes: string[];
}

/** @returns the API's id */
async function update(
  { control, rest, changes }: ControlPlane,
  { serviceUrl, gatewaySecret, replies, authorizer }: LocalDeployment,
): Promise<string> {
  const values: DeploymentValues = {
    serviceUrl,
    gatewaySecret,
    vpcLinkId: await vpcLinkId(rest),
    ...(replies && { replies }),
  };
  const { Name } = webSocketApi(values);
  const api = new ApiUpdate(control, await findApi(control, Name), changes);
  await api.api(webSocketApi(values));
  const AuthorizerId = authorizer && (await api.authorizer(lambdaAuthorizer(authorizer)));
  const definition = webSocketApi({
    ...values,
    ...(AuthorizerId !== undefined && {
      authorizer: {
        AuthorizerId,
        ...(authorizer?.userKey !== undefined && { userKey: authorizer.userKey }),
      },
    }),
  });
  for (const route of definition.Routes) await api.route(route);
  await api.deleteSurplus();
  await api.deploy(LOCAL_STAGE, `definition ${digest([definition, authorizer])}`);
  return api.apiId;
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
 *
 * @throws {ConcurrentDeploymentError} another run has created it, too; the one of this run is deleted
 */
async function vpcLinkId(control: APIGatewayClient): Promise<string> {
  const [existing] = await findVpcLinks(control);
  if (existing !== undefined) return existing;
  const { id } = await control.send(
    new CreateVpcLinkCommand({ name: VPC_LINK, targetArns: [LOAD_BALANCER_ARN] }),
  );
  if ((await findVpcLinks(control)).length > 1) {
    await control.send(new DeleteVpcLinkCommand({ vpcLinkId: id }));
    throw new ConcurrentDeploymentError(`another run has created the VPC link ${VPC_LINK}, too`);
  }
  return id!;
}

/** @returns the ids of all links with the name, in an order that is the same for every run */
async function findVpcLinks(control: APIGatewayClient): Promise<readonly string[]> {
  const ids: string[] = [];
  let position: string | undefined;
  do {
    const page = await control.send(new GetVpcLinksCommand({ position }));
    ids.push(...(page.items ?? []).filter(({ name }) => name === VPC_LINK).map(({ id }) => id!));
    position = page.position;
  } while (position !== undefined);
  return ids.toSorted();
}

const VPC_LINK = 'backchannel';
const LOAD_BALANCER_ARN =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/backchannel/0000000000000000';
