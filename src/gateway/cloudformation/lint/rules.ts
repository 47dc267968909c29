/**
 * `error`: it fails on AWS. `warning`: it may fail, or it is misleading. `hint`: it works, but some backends have trouble
 * with it.
 */
type Severity = 'error' | 'warning' | 'hint';

/** The texts for every place that breaks a rule. */
export interface Rule {
  readonly severity: Severity;
  /** Why it fails. */
  readonly reason: string;
  /** The source. */
  readonly see: string;
  readonly fix: string;
}

const GUIDE = 'https://docs.aws.amazon.com/apigateway/latest/developerguide';
const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest';

export const RULES = {
  'no-connection-id': {
    severity: 'error',
    reason:
      'without a mapping an HTTP backend receives no connectionId on any route, and cannot post to the client',
    see: 'https://repost.aws/knowledge-center/api-gateway-vpc-link-integration',
    fix: "RequestParameters: {'integration.request.header.ConnectionId': 'context.connectionId'}",
  },
  'no-permission': {
    severity: 'error',
    reason:
      'API Gateway may invoke a function only if a permission of the function, or the role in CredentialsArn, allows it for the route; otherwise the client receives Internal server error',
    see: `${GUIDE}/apigateway-websocket-api-integration-requests.html`,
    fix: "add an AWS::Lambda::Permission with Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com and SourceArn: !Sub 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*'",
  },
  'upgrade-headers': {
    severity: 'hint',
    reason:
      "$connect passes the client's Sec-WebSocket-* headers on, and some backends take the request for a WebSocket upgrade and respond with 400 (reported 2021 and later)",
    see: 'https://stackoverflow.com/questions/67640010',
    fix: "if the backend responds to $connect with 400: RequestParameters: {'integration.request.header.Sec-WebSocket-Version': \"'0'\"}",
  },
  'v2-vpc-link': {
    severity: 'error',
    reason:
      'WebSocket APIs reach a network load balancer by a VPC link of the REST API (v1); v2 links are for HTTP APIs',
    see: 'https://repost.aws/knowledge-center/api-gateway-vpc-link-integration',
    fix: 'use an AWS::ApiGateway::VpcLink with TargetArns: [ARN of the network load balancer]',
  },
  'method-any': {
    severity: 'warning',
    reason: 'a frame has no method, and AWS does not document which method ANY sends',
    see: `${GUIDE}/apigateway-websocket-api-integration-requests.html`,
    fix: 'IntegrationMethod: POST',
  },
  'deployment-before-routes': {
    severity: 'error',
    reason:
      'a deployment is a snapshot: resources that are created after it, or at the same time, are not served',
    see: `${GUIDE}/apigateway-set-up-websocket-deployment.html`,
    fix: 'list them in the DependsOn of the deployment, or use a stage with AutoDeploy: true and without a deployment',
  },
  'connect-only-source': {
    severity: 'error',
    reason: 'only the handshake has headers and a query string; messages and disconnects have none',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: 'read it on $connect and store it with the connection, or map context.authorizer.NAME',
  },
  'undeclared-source': {
    severity: 'error',
    reason: 'an integration can read a header or query-string source only if the route declares it',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: 'declare it on the route: RequestParameters: {SOURCE: {Required: false}}',
  },
  'http-api-grammar': {
    severity: 'error',
    reason: 'this is the grammar of HTTP APIs; WebSocket APIs have a different one',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: "write 'integration.request.header.NAME': 'context.NAME' or 'route.request.header.NAME', without $",
  },
  'bad-mapping': {
    severity: 'error',
    reason: 'API Gateway refuses a mapping that is not valid',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: "'integration.request.{header|querystring|path}.NAME' from context.NAME, stageVariables.NAME, route.request.… or a 'literal'",
  },
  'identity-source': {
    severity: 'error',
    reason: 'AWS deploys this identity source, and then refuses every handshake with 401 (recorded 2026-09)',
    see: `${GUIDE}/apigateway-websocket-api-lambda-auth.html`,
    fix: 'use route.request.header.NAME, route.request.querystring.NAME, or no IdentitySource',
  },
  'http-mapping': {
    severity: 'error',
    reason: 'API Gateway refuses a mapping of an HTTP API that is not valid, and one of a reserved header',
    see: `${GUIDE}/http-api-parameter-mapping.html`,
    fix: "'{append|overwrite|remove}:{header|querystring}.NAME' or 'overwrite:path', from $request.…, $context.NAME, $stageVariables.NAME or text",
  },
  'stage-in-path': {
    severity: 'warning',
    reason: 'a private integration receives the whole path, with the name of the stage in front',
    see: `${GUIDE}/http-api-develop-integrations-private.html`,
    fix: "RequestParameters: {'overwrite:path': '$request.path'}, or have the backend expect it",
  },
  'plain-to-tls-listener': {
    severity: 'warning',
    reason:
      'the protocol of a private integration is HTTP unless it has a TlsConfig, whatever the listener expects',
    see: `${GUIDE}/http-api-develop-integrations-private.html`,
    fix: 'TlsConfig: {ServerNameToVerify: NAME}, with a name of the certificate',
  },
  'cloud-map-port': {
    severity: 'warning',
    reason:
      'a private integration reaches only instances with an IP address and a port; only SRV records have one',
    see: `${GUIDE}/http-api-develop-integrations-private.html`,
    fix: 'DnsRecords: [{Type: SRV, TTL: 60}], or register the instances with AWS_INSTANCE_PORT',
  },
  'load-balancer-arn': {
    severity: 'error',
    reason: 'a private integration leads to a listener of a load balancer, or to a Cloud Map service',
    see: 'https://github.com/anomalyco/sst/issues/5510',
    fix: 'IntegrationUri: the ARN of a listener, which is the Ref of AWS::ElasticLoadBalancingV2::Listener',
  },
  'v1-vpc-link': {
    severity: 'error',
    reason: 'HTTP APIs have VPC links of v2; those of v1 are for REST and WebSocket APIs',
    see: `${GUIDE}/http-api-vpc-links.html`,
    fix: 'use an AWS::ApiGatewayV2::VpcLink with SubnetIds',
  },
  'payload-version': {
    severity: 'error',
    reason:
      'only Lambda functions have payload 2.0; API Gateway refuses it for URLs, private targets and services',
    see: 'https://github.com/serverless/serverless/issues/11486',
    fix: "PayloadFormatVersion: '1.0'",
  },
  'function-timeout': {
    severity: 'hint',
    reason:
      'after the timeout of the integration the client receives 503, while the function runs on; 30 s is the longest',
    see: 'https://github.com/anomalyco/sst/issues/2232',
    fix: 'give the function a shorter Timeout, or do the work asynchronously',
  },
  'credentials-for-every-origin': {
    severity: 'error',
    reason: "API Gateway refuses it: allow-credentials is not supported if 'allow-origin' is *",
    see: 'https://github.com/aws/aws-cdk/issues/9076',
    fix: 'list the origins in AllowOrigins, or remove AllowCredentials',
  },
  'preflight-to-backend': {
    severity: 'hint',
    reason:
      'a route that matches OPTIONS takes preflights despite the CorsConfiguration, and the backend has to respond to them',
    see: 'https://github.com/aws/serverless-application-model/issues/1603',
    fix: 'if the backend does not respond to preflights: list the methods instead of ANY, so that API Gateway responds',
  },
  'preflight-authorization': {
    severity: 'warning',
    reason:
      'a browser sends preflights without credentials, and a route that matches OPTIONS takes them despite the CorsConfiguration',
    see: 'https://github.com/anomalyco/sst/issues/5493',
    fix: 'add a route for OPTIONS without authorization',
  },
  'selection-expression': {
    severity: 'error',
    reason: 'API Gateway refuses an expression that is not valid',
    see: `${GUIDE}/apigateway-websocket-api-selection-expressions.html`,
    fix: 'such as $request.body.action, ${request.body.a}/${request.body.b}, or \\$default',
  },
  'connections-policy': {
    severity: 'error',
    reason:
      'AWS compares the resource with …/{stage}/{VERB}/@connections/{connectionId} as literal text, so it denies …/POST/@connections and any concrete id (recorded 2026-09)',
    see: `${GUIDE}/apigateway-websocket-control-access-iam.html`,
    fix: "Resource: !Sub 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${Stage}/*'",
  },
  'sub-eats-variable': {
    severity: 'error',
    reason: 'Fn::Sub replaces every ${…} before API Gateway receives it',
    see: `${CLOUDFORMATION}/TemplateReference/intrinsic-function-reference-sub.html`,
    fix: 'write ${!…} for an expression of API Gateway, or do not use Fn::Sub',
  },
  'timeout-range': {
    severity: 'error',
    reason: 'the timeout of a WebSocket API integration is 50 to 29,000 ms',
    see: `${GUIDE}/apigateway-execution-service-websocket-limits-table.html`,
    fix: 'TimeoutInMillis: at most 29000; send the result of longer work by @connections',
  },
  'template-key': {
    severity: 'warning',
    reason:
      'the key of a request template is a value of TemplateSelectionExpression, and $default by default; messages have no content type',
    see: `${GUIDE}/websocket-api-data-transformations.html`,
    fix: "RequestTemplates: {'$default': …} with TemplateSelectionExpression: \\\\$default",
  },
  'connections-uri': {
    severity: 'error',
    reason:
      'an integration with @connections has to name an API; AWS refuses to deploy execute-api:path (AWS Service of type execute-api not supported)',
    see: `${GUIDE}/apigateway-how-to-call-websocket-api-connections.html`,
    fix: 'post from the backend with PostToConnection',
  },
  'template-size': {
    severity: 'error',
    reason: 'a mapping template has at most 32 KB by the API (300 KB by the guide)',
    see: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html',
    fix: 'shorten it, or do the work in the backend',
  },
  'template-syntax': {
    severity: 'error',
    reason:
      'a mapping template that is not valid can be deployed, and then every event that selects it gets Internal server error',
    see: `${GUIDE}/apigateway-websocket-api-mapping-template-reference.html`,
    fix: 'see the message; the line and column are those of the mapping template',
  },
  'route-key': {
    severity: 'error',
    reason: 'only $connect, $disconnect and $default may begin with $',
    see: `${GUIDE}/websocket-api-develop-routes.html`,
    fix: 'use a route key without $',
  },
  'no-route-response': {
    severity: 'error',
    reason:
      'a message route without a route response is one-way, whatever its selection expression: responses are dropped',
    see: `${GUIDE}/apigateway-websocket-api-route-response.html`,
    fix: 'add an AWS::ApiGatewayV2::RouteResponse with RouteResponseKey: $default, or remove the expression',
  },
  'undeployed-stage': {
    severity: 'error',
    reason:
      'nothing is deployed to a stage without AutoDeploy and without a deployment: every request gets 404',
    see: `${GUIDE}/http-api-stages.html`,
    fix: 'AutoDeploy: true',
  },
  'zero-throttle': {
    severity: 'warning',
    reason:
      "with a limit of 0 API Gateway refuses every request; Terraform's AWS provider sends 0 for a limit that is missing in a block of route settings",
    see: `${GUIDE}/http-api-throttling.html`,
    fix: 'give both limits, or leave the settings out',
  },
  'auto-deploy-with-deployment': {
    severity: 'error',
    reason: 'a stage with AutoDeploy cannot have a DeploymentId',
    see: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html',
    fix: 'remove one of the two',
  },
  'unknown-property': {
    severity: 'error',
    reason: 'CloudFormation refuses unknown properties; the list of this tool may be older than AWS',
    see: `${CLOUDFORMATION}/TemplateReference/AWS_ApiGatewayV2.html`,
    fix: 'remove it',
  },
  'missing-property': {
    severity: 'error',
    reason: 'CloudFormation refuses a resource that lacks a required property',
    see: `${CLOUDFORMATION}/TemplateReference/AWS_ApiGatewayV2.html`,
    fix: 'add it',
  },
  'yaml-alias': {
    severity: 'warning',
    reason:
      'CloudFormation documents that it does not support aliases; some tools expand them before they send the template',
    see: `${CLOUDFORMATION}/UserGuide/template-formats.html`,
    fix: 'write the value in full, or generate the template with a tool',
  },
  'no-api': {
    severity: 'error',
    reason: 'the gateway cannot serve this template, and there is nothing to check',
    see: `${CLOUDFORMATION}/TemplateReference/AWS_ApiGatewayV2.html`,
    fix: 'see the message',
  },
  'import-warning': {
    severity: 'warning',
    reason: 'API Gateway leaves this part of the OpenAPI definition out, and deploys the rest without a word',
    see: `${GUIDE}/http-api-open-api.html`,
    fix: 'correct it; with FailOnWarnings: true, AWS refuses the definition instead',
  },
  refused: {
    severity: 'error',
    reason: 'API Gateway refuses the resource, and the stack is rolled back',
    see: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html',
    fix: 'see the message; if a parameter has another value than its default, set --parameter',
  },
  template: {
    severity: 'error',
    reason: 'CloudFormation refuses the template',
    see: `${CLOUDFORMATION}/UserGuide/template-anatomy.html`,
    fix: 'see the message',
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;
