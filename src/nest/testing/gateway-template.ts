import { apiTemplate, type ApiTemplate } from '../../api/api-template.js';
import { webSocketApi } from '../../api/definition.js';
import { type Config } from '../config/config.js';

/**
 * The WebSocket API of `api/definition.ts` for the settings of an application, as a template: with the stage `dev`, and
 * with a load balancer `LoadBalancer` whose target is the application.
 */
export function gatewayTemplate({
  gatewaySecrets: [secret],
  authentication,
  replies,
  path,
}: Config): ApiTemplate {
  const hasAuthorizer = authentication.kind === 'authorizer';
  const api = webSocketApi({
    serviceUrl: 'http://application',
    path,
    vpcLinkId: '',
    gatewaySecret: secret ?? '',
    replies,
    ...(hasAuthorizer && { authorizer: { AuthorizerId: '' } }),
  });
  const template = apiTemplate(api, { loadBalancerArn: LOAD_BALANCER });
  return hasAuthorizer ? withAuthorizer(template) : template;
}

const LOAD_BALANCER =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/LoadBalancer/0123456789abcdef';

/** `$connect` asks the function `authorizer`. */
function withAuthorizer({ Resources, ...template }: ApiTemplate): ApiTemplate {
  const { ConnectRoute, ...others } = Resources;
  return {
    ...template,
    Resources: {
      ...others,
      ConnectRoute: {
        ...ConnectRoute!,
        Properties: { ...ConnectRoute!.Properties, AuthorizerId: { Ref: 'Authorizer' } },
      },
      Authorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId: { Ref: 'Api' },
          Name: 'connect',
          AuthorizerType: 'REQUEST',
          AuthorizerUri: {
            'Fn::Sub':
              'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/' +
              'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:authorizer/invocations',
          },
        },
      },
    },
  };
}
