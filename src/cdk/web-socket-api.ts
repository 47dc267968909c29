import { Aws, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { CfnAuthorizer, IpAddressType, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type ApplicationValues, webSocketApi } from '../api/definition.js';
import { addRoutes } from './add-routes.js';
import { type LoadBalancer } from './load-balancer.js';

export interface BackchannelApiProps {
  readonly loadBalancer: LoadBalancer;
  /** A dynamic reference to the secret. */
  readonly gatewaySecret: string;
  readonly stageName: string;
  /** `dualstack`: clients reach it by IPv6, too. */
  readonly ipAddressType: 'ipv4' | 'dualstack';
  /** Of another application than the ready service. */
  readonly application: ApplicationValues;
  readonly replies: 'callback' | 'response';
  readonly authorizer:
    | {
        readonly functionArn: string;
        readonly identitySources: readonly string[];
        readonly userKey: string | undefined;
      }
    | undefined;
}

/** The WebSocket API of `api/definition.ts`. `local/deploy.ts` sends the same definition to a local gateway. */
export class BackchannelApi extends Construct {
  readonly apiId: string;
  readonly stageName: string;
  /**
   * Endpoint of `@connections`. Does not depend on the stage, because the stage depends on the service, which needs it.
   */
  readonly endpoint: string;
  /** The content of a deployment: when it changes, a new deployment is needed. */
  readonly content: unknown;

  constructor(scope: Construct, id: string, props: BackchannelApiProps) {
    super(scope, id);
    const { loadBalancer, vpcLink } = props.loadBalancer;
    const serviceUrl = `http://${loadBalancer.loadBalancerDnsName}`;
    const authorizerId = Lazy.string({ produce: () => authorizer?.ref });
    const definition = webSocketApi({
      path: props.application.path,
      connectHeaders: props.application.connectHeaders,
      serviceUrl,
      vpcLinkId: vpcLink.vpcLinkId,
      gatewaySecret: props.gatewaySecret,
      replies: props.replies,
      ...(props.authorizer && {
        authorizer: {
          AuthorizerId: authorizerId,
          ...(props.authorizer.userKey !== undefined && { userKey: props.authorizer.userKey }),
        },
      }),
    });
    const { Name, RouteSelectionExpression, Routes } = definition;
    const api = new WebSocketApi(this, 'Api', {
      apiName: Name,
      routeSelectionExpression: RouteSelectionExpression,
      // the default is not written, so that the template of an existing stack stays the same
      ...(props.ipAddressType === 'dualstack' && { ipAddressType: IpAddressType.DUAL_STACK }),
    });
    this.content = { definition, authorizer: props.authorizer };
    this.apiId = api.apiId;
    this.stageName = props.stageName;
    this.endpoint = `https://${this.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${props.stageName}`;
    const authorizer = this.#authorizer(props.authorizer);

    addRoutes(api, Routes, { vpcLink, loadBalancer });
  }

  #authorizer(props: BackchannelApiProps['authorizer']): CfnAuthorizer | undefined {
    if (props === undefined) return undefined;
    const { apiId } = this;
    const authorizer = new CfnAuthorizer(this, 'Authorizer', {
      apiId,
      name: 'connect',
      authorizerType: 'REQUEST',
      authorizerUri: Fn.sub(
        'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${function}/invocations',
        { function: props.functionArn },
      ),
      identitySource: [...props.identitySources],
    });
    new CfnPermission(this, 'AuthorizerPermission', {
      action: 'lambda:InvokeFunction',
      functionName: props.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: apiId,
        resourceName: `authorizers/${authorizer.ref}`,
      }),
    });
    return authorizer;
  }
}
