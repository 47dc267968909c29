/** What a rule says of every place that breaks it. */
export interface Rule {
  /** `error`: it fails on AWS. `warning`: it may, or it hides what is meant. */
  readonly severity: 'error' | 'warning';
  /** Why it fails. */
  readonly reason: string;
  /** Where AWS, or whoever found out, says so. */
  readonly see: string;
  readonly fix: string;
}

const GUIDE = 'https://docs.aws.amazon.com/apigateway/latest/developerguide';
const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest';

export const RULES = {
  'no-connection-id': {
    severity: 'error',
    reason: 'without a mapping an HTTP backend is told the connectionId on no route, and can answer nobody',
    see: 'https://repost.aws/knowledge-center/api-gateway-vpc-link-integration',
    fix: "RequestParameters: {'integration.request.header.ConnectionId': 'context.connectionId'}",
  },
  'v2-vpc-link': {
    severity: 'error',
    reason:
      'WebSocket APIs reach a network load balancer by a VPC link of the REST API (v1); v2 links are for HTTP APIs',
    see: 'https://repost.aws/knowledge-center/api-gateway-vpc-link-integration',
    fix: 'make the link an AWS::ApiGateway::VpcLink with TargetArns: [ARN of the network load balancer]',
  },
  'method-any': {
    severity: 'warning',
    reason: 'a frame has no method of its own, and AWS does not say what ANY then sends',
    see: `${GUIDE}/apigateway-websocket-api-integration-requests.html`,
    fix: 'IntegrationMethod: POST',
  },
  'deployment-before-routes': {
    severity: 'error',
    reason: 'a deployment is a snapshot: what is made after it, or beside it, is not served',
    see: `${GUIDE}/apigateway-set-up-websocket-deployment.html`,
    fix: 'name them in the DependsOn of the deployment, or give the stage AutoDeploy: true and no deployment',
  },
  'connect-only-source': {
    severity: 'error',
    reason: 'headers and query string are those of the handshake; a message and a disconnect have none',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: 'read it on $connect and keep it with the connection, or map context.authorizer.NAME',
  },
  'undeclared-source': {
    severity: 'error',
    reason:
      'a header or query-string source has to be declared on the route before an integration can read it',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: 'declare it on the route: RequestParameters: {SOURCE: {Required: false}}',
  },
  'http-api-grammar': {
    severity: 'error',
    reason: 'this is the grammar of HTTP APIs; WebSocket APIs have another',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: "write 'integration.request.header.NAME': 'context.NAME' or 'route.request.header.NAME', without $",
  },
  'bad-mapping': {
    severity: 'error',
    reason: 'API Gateway refuses a mapping that it cannot read',
    see: `${GUIDE}/websocket-api-data-mapping.html`,
    fix: "'integration.request.{header|querystring|path}.NAME' from context.NAME, stageVariables.NAME, route.request.… or a 'literal'",
  },
  'selection-expression': {
    severity: 'error',
    reason: 'API Gateway refuses an expression that it cannot read',
    see: `${GUIDE}/apigateway-websocket-api-selection-expressions.html`,
    fix: 'such as $request.body.action, ${request.body.a}/${request.body.b}, or \\$default',
  },
  'connections-policy': {
    severity: 'error',
    reason:
      'AWS compares the resource with …/{stage}/{VERB}/@connections/{connectionId} as literal text, so that …/POST/@connections and any concrete id are denied (recorded 2026-09)',
    see: `${GUIDE}/apigateway-websocket-control-access-iam.html`,
    fix: "Resource: !Sub 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${Stage}/*'",
  },
  'sub-eats-variable': {
    severity: 'error',
    reason: 'Fn::Sub replaces every ${…} itself, before API Gateway sees it',
    see: `${CLOUDFORMATION}/TemplateReference/intrinsic-function-reference-sub.html`,
    fix: 'write ${!…} for what API Gateway shall read, or leave Fn::Sub out',
  },
  'timeout-range': {
    severity: 'error',
    reason: 'an integration of a WebSocket API has 50 to 29,000 ms',
    see: `${GUIDE}/apigateway-execution-service-websocket-limits-table.html`,
    fix: 'TimeoutInMillis: 29000 at the most; let longer work answer by @connections',
  },
  'template-size': {
    severity: 'error',
    reason: 'the API takes 32 KB for each mapping template (the guide says 300 KB)',
    see: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html',
    fix: 'shorten it, or let the backend do the work',
  },
  'route-key': {
    severity: 'error',
    reason: 'only $connect, $disconnect and $default may begin with $',
    see: `${GUIDE}/websocket-api-develop-routes.html`,
    fix: 'name the route without $',
  },
  'no-route-response': {
    severity: 'error',
    reason:
      'a route without a route response is one-way, whatever its selection expression says: answers are dropped',
    see: `${GUIDE}/apigateway-websocket-api-route-response.html`,
    fix: 'add an AWS::ApiGatewayV2::RouteResponse with RouteResponseKey: $default, or leave the expression out',
  },
  'auto-deploy-with-deployment': {
    severity: 'error',
    reason: 'a stage with AutoDeploy takes no DeploymentId',
    see: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html',
    fix: 'keep one of the two',
  },
  'unknown-property': {
    severity: 'error',
    reason:
      'CloudFormation refuses properties that a resource does not have; this list may be older than AWS',
    see: `${CLOUDFORMATION}/TemplateReference/AWS_ApiGatewayV2.html`,
    fix: 'take it away',
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
      'CloudFormation documents that it takes no aliases; some tools expand them before they send the template',
    see: `${CLOUDFORMATION}/UserGuide/template-formats.html`,
    fix: 'write it out, or let a tool write it',
  },
  refused: {
    severity: 'error',
    reason: 'API Gateway refuses the resource, and the stack is rolled back',
    see: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html',
    fix: 'see the message; where the default of a parameter stands for another value, give --parameter',
  },
  template: {
    severity: 'error',
    reason: 'CloudFormation would not take the template',
    see: `${CLOUDFORMATION}/UserGuide/template-anatomy.html`,
    fix: 'see the message',
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;
