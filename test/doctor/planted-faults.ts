import {
  CreateRouteCommand,
  UpdateApiCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { LiveSetUp, STAGE } from './live-set-up.js';

/** A set-up that looks right and is not, and what the doctor says about it. */
export interface PlantedFault {
  readonly check: string;
  readonly fault: string;
  readonly plant: (setUp: LiveSetUp) => unknown;
  readonly args?: readonly string[];
  readonly sign: '×' | '‼';
  readonly seen: RegExp;
}

const rewritten =
  (path: RegExp, change: (body: Record<string, unknown>) => void) =>
  ({ aws }: LiveSetUp) => {
    aws.rewrite = (requested, body) => {
      if (path.test(requested)) change(body);
    };
  };

const ofItems =
  (path: RegExp, change: (item: Record<string, unknown>) => void) =>
  (setUp: LiveSetUp): void =>
    rewritten(path, (body) => {
      for (const item of body['items'] as Record<string, unknown>[]) change(item);
    })(setUp);

const updateIntegration = ({ api }: LiveSetUp, routeKey: string, settings: object) =>
  api.control.send(
    new UpdateIntegrationCommand({
      ApiId: api.apiId,
      IntegrationId: api.integrationIds.get(routeKey),
      ...settings,
    }),
  );

const updateStage = ({ api }: LiveSetUp, settings: object) =>
  api.control.send(new UpdateStageCommand({ ApiId: api.apiId, StageName: STAGE, ...settings }));

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

/** Every check has at least one: a test compares. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    check: 'log-role',
    fault: 'a stage with an access log, and no role for logs in the account',
    plant: ({ backend }) => (backend.logRoleArn = undefined),
    sign: '×',
    seen: /the stage prod has logs, and the account has no role/,
  },
  {
    check: 'new-connections',
    fault: 'so many clients that they need minutes to come back',
    plant: ({ backend }) => (backend.newConnections = 100),
    args: ['--clients', '12000'],
    sign: '‼',
    seen: /100 new connections per second: 12,000 clients need 120 s/,
  },
  {
    check: 'new-connections',
    fault: 'more clients than can connect in two hours',
    plant: () => undefined,
    args: ['--clients', '4000000'],
    sign: '×',
    seen: /they never all come back/,
  },
  {
    check: 'requests',
    fault: 'a rate of the account that is low for the clients',
    plant: ({ backend }) => (backend.rateLimit = 100),
    sign: '‼',
    seen: /100 requests per second with a burst of 50: a message to 10,000 clients takes at least 100 s/,
  },
  {
    check: 'protocol',
    fault: 'an HTTP API',
    plant: rewritten(/^\/v2\/apis\/\w+$/, (body) => (body['protocolType'] = 'HTTP')),
    sign: '×',
    seen: /\(chat\) has the protocol HTTP/,
  },
  {
    check: 'selection-expression',
    fault: 'a static expression, and a route that it does not select',
    async plant(setUp) {
      const { api } = setUp;
      await api.createRoute('join', setUp.route());
      await api.control.send(new UpdateApiCommand({ ApiId: api.apiId, RouteSelectionExpression: 'action' }));
    },
    sign: '×',
    seen: /'action' does not read the body, so that no message selects join/,
  },
  {
    check: 'default-route',
    fault: 'no route $default',
    plant: ofItems(/\/routes$/, (route) => {
      if (route['routeKey'] === '$default') route['routeKey'] = 'join';
    }),
    sign: '‼',
    seen: /the routes are .*join/,
  },
  {
    check: 'undeployed-stage',
    fault: 'a stage that does not exist',
    plant: () => undefined,
    args: ['--stage', 'production'],
    sign: '×',
    seen: /there is no stage production; the stages are: prod/,
  },
  {
    check: 'undeployed-stage',
    fault: 'a stage without a deployment',
    plant: ofItems(/\/stages$/, (stage) => delete stage['deploymentId']),
    sign: '×',
    seen: /the stage prod has no deployment/,
  },
  {
    check: 'undeployed-stage',
    fault: 'an automatic deployment that failed',
    plant: ofItems(/\/stages$/, (stage) => {
      stage['lastDeploymentStatusMessage'] = 'Deployment attempt failed: Unable to deploy API.';
    }),
    sign: '×',
    seen: /Deployment attempt failed: Unable to deploy API/,
  },
  {
    check: 'deployment-current',
    fault: 'an integration that was changed after the deployment',
    plant: ({ backend, api }) =>
      backend.changes.push(
        {
          name: 'UpdateIntegration',
          at: inDays(1),
          parameters: { apiId: api.apiId, integrationId: 'abc123' },
        },
        { name: 'UpdateRoute', at: inDays(-100), parameters: { apiId: api.apiId, routeId: 'older' } },
        { name: 'UpdateRoute', at: inDays(1), parameters: { apiId: 'anotherapi', routeId: 'foreign' } },
        {
          name: 'DeleteRoute',
          at: inDays(1),
          parameters: { apiId: api.apiId, routeId: 'refused' },
          errorCode: 'AccessDenied',
        },
      ),
    sign: '×',
    seen: /deployment \w+ of .* is older than: UpdateIntegration abc123 at [\d -:]+ UTC by alice$/m,
  },
  {
    check: 'stage-throttle',
    fault: 'a rate of 0',
    plant: (setUp) =>
      updateStage(setUp, { DefaultRouteSettings: { ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0 } }),
    sign: '×',
    seen: /every route: 0 events per second/,
  },
  {
    check: 'stage-throttle',
    fault: 'a burst that is far below the rate, of one route',
    plant: (setUp) =>
      updateStage(setUp, {
        RouteSettings: { $default: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 10 } },
      }),
    sign: '‼',
    seen: /\$default: 1000 events per second with a burst of 10/,
  },
  {
    check: 'access-log',
    fault: 'no access log',
    plant: ofItems(/\/stages$/, (stage) => delete stage['accessLogSettings']),
    sign: '‼',
    seen: /the stage prod has no access log/,
  },
  {
    check: 'access-log',
    fault: 'a format without the status',
    plant: (setUp) =>
      updateStage(setUp, {
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:eu-central-1:111122223333:log-group:chat',
          Format: '$context.requestId $context.routeKey',
        },
      }),
    sign: '‼',
    seen: /its format lacks \$context\.status, \$context\.connectionId/,
  },
  {
    check: 'route-target',
    fault: 'a route without an integration',
    plant: ({ api }) => api.control.send(new CreateRouteCommand({ ApiId: api.apiId, RouteKey: 'join' })),
    sign: '×',
    seen: /join \(route \w+\) has no integration/,
  },
  {
    check: 'route-target',
    fault: 'a route to an integration that was deleted',
    plant: ofItems(/\/routes$/, (route) => {
      if (route['routeKey'] === '$disconnect') route['target'] = 'integrations/gone123';
    }),
    sign: '×',
    seen: /\$disconnect \(route \w+\) leads to gone123, which does not exist/,
  },
  {
    check: 'no-connection-id',
    fault: 'one of three integrations without the mapping',
    plant: (setUp) =>
      updateIntegration(setUp, '$disconnect', {
        RequestParameters: { 'integration.request.header.ConnectionId': '' },
      }),
    sign: '×',
    seen: /\$disconnect \(integration \w+\) does not map context\.connectionId/,
  },
  {
    check: 'gateway-secret',
    fault: 'no secret at all',
    plant: ofItems(/\/integrations$/, (integration) => {
      integration['requestParameters'] = {
        'integration.request.header.ConnectionId': 'context.connectionId',
      };
    }),
    sign: '‼',
    seen: /no integration maps a secret/,
  },
  {
    check: 'gateway-secret',
    fault: 'a secret that one integration lacks',
    plant: (setUp) =>
      updateIntegration(setUp, '$default', {
        RequestParameters: { 'integration.request.header.GatewaySecret': '' },
      }),
    sign: '×',
    seen: /\$default \(integration \w+\) does not map GatewaySecret, which others do/,
  },
  {
    check: 'gateway-secret',
    fault: 'a secret that was rotated on one integration only',
    plant: (setUp) =>
      updateIntegration(setUp, '$default', {
        RequestParameters: { 'integration.request.header.GatewaySecret': "'another-secret-0123456789'" },
      }),
    sign: '×',
    seen: /^ {4}GatewaySecret has 2 different values$/m,
  },
  {
    check: 'connect-only-source',
    fault: 'the token mapped on $default',
    plant: (setUp) =>
      updateIntegration(setUp, '$default', {
        RequestParameters: { 'integration.request.header.Token': 'route.request.querystring.token' },
      }),
    sign: '×',
    seen: /\$default \(integration \w+\) maps route\.request\.querystring\.token, which \$default never has/,
  },
  {
    check: 'undeclared-source',
    fault: 'a header that $connect does not declare',
    plant: (setUp) =>
      updateIntegration(setUp, '$connect', {
        RequestParameters: { 'integration.request.header.Origin': 'route.request.header.Origin' },
      }),
    sign: '×',
    seen: /\$connect \(route \w+\) does not declare route\.request\.header\.Origin/,
  },
  {
    check: 'method-any',
    fault: 'the method ANY',
    plant: (setUp) => updateIntegration(setUp, '$default', { IntegrationMethod: 'ANY' }),
    sign: '‼',
    seen: /\$default \(integration \w+\) has the method ANY/,
  },
  {
    check: 'no-route-response',
    fault: 'a two-way route without a route response',
    plant: ({ api }) =>
      api.control.send(
        new UpdateRouteCommand({
          ApiId: api.apiId,
          RouteId: api.routeIds.get('$default'),
          RouteResponseSelectionExpression: '$default',
        }),
      ),
    sign: '×',
    seen: /\$default \(route \w+\) has a route response selection expression and no route response/,
  },
  {
    check: 'near-timeout',
    fault: 'a backend that once took 27 s',
    plant: ({ backend }) => (backend.metrics['IntegrationLatency'] = 27_000),
    sign: '‼',
    seen: /took 27,000 ms of 29,000 ms/,
  },
  {
    check: 'v2-vpc-link',
    fault: 'a VPC link of v2',
    plant: (setUp) =>
      updateIntegration(setUp, '$default', { ConnectionId: '${stageVariables.link}' }).then(() =>
        updateStage(setUp, { StageVariables: { link: 'v2link' } }),
      ),
    sign: '×',
    seen: /v2link is not a VPC link of v1/,
  },
  {
    check: 'vpc-link-available',
    fault: 'a link that failed',
    plant: rewritten(/^\/vpclinks\//, (body) => {
      body['status'] = 'FAILED';
      body['statusMessage'] = 'NLB does not exist';
    }),
    sign: '×',
    seen: /\(chat\) is FAILED: NLB does not exist/,
  },
  {
    check: 'network-load-balancer',
    fault: 'a load balancer that is being created',
    plant: ({ backend }) => (backend.loadBalancer.state = 'provisioning'),
    sign: '×',
    seen: /chat is provisioning/,
  },
  {
    check: 'network-load-balancer',
    fault: 'an application load balancer',
    plant: ({ backend }) => (backend.loadBalancer.type = 'application'),
    sign: '×',
    seen: /chat is of the type application/,
  },
  {
    check: 'network-load-balancer',
    fault: 'a load balancer that was deleted',
    plant: ({ backend }) => (backend.loadBalancer.exists = false),
    sign: '×',
    seen: /loadbalancer\/net\/chat\/50dc6c495c0c9188 does not exist/,
  },
  {
    check: 'listener',
    fault: 'an IntegrationUri with another port than the listener',
    plant: ({ backend }) => (backend.listeners = [{ port: 8080, protocol: 'TCP' }]),
    sign: '×',
    seen: /http:\/\/nlb\.example\.com needs port 80; the listeners are: TCP 8080/,
  },
  {
    check: 'listener',
    fault: 'plain HTTP to a TLS listener',
    plant: ({ backend }) => (backend.listeners = [{ port: 80, protocol: 'TLS' }]),
    sign: '×',
    seen: /is plain HTTP, and the listener of port 80 is TLS/,
  },
  {
    check: 'listener',
    fault: 'a UDP listener',
    plant: ({ backend }) => (backend.listeners = [{ port: 80, protocol: 'UDP' }]),
    sign: '×',
    seen: /the listener of port 80 is UDP/,
  },
  {
    check: 'private-link-rules',
    fault: 'security-group rules that apply to PrivateLink',
    plant: ({ backend }) => (backend.loadBalancer.enforcement = 'on'),
    sign: '×',
    seen: /chat enforces the rules of sg-0balancer on PrivateLink traffic/,
  },
  {
    check: 'zones',
    fault: 'a zone without a target, and cross-zone off',
    plant({ backend }) {
      backend.loadBalancer.crossZone = 'false';
      backend.targets = [{ id: '10.0.1.17', zone: 'eu-central-1a', state: 'healthy' }];
    },
    sign: '×',
    seen: /cross-zone load balancing is off, and chat has no healthy target in eu-central-1b/,
  },
  {
    check: 'zones',
    fault: 'a single zone',
    plant: ({ backend }) => (backend.loadBalancer.zones = ['eu-central-1a']),
    sign: '‼',
    seen: /chat is in one zone only, eu-central-1a/,
  },
  {
    check: 'target-health',
    fault: 'one of two targets unhealthy',
    plant: ({ backend }) =>
      (backend.targets[1] = {
        id: '10.0.2.93',
        zone: 'eu-central-1b',
        state: 'unhealthy',
        reason: 'Target.ResponseCodeMismatch',
        description: 'Health checks failed with these codes: [503]',
      }),
    sign: '×',
    seen: /chat: 10\.0\.2\.93:3000 is unhealthy \(Target\.ResponseCodeMismatch: Health checks failed with these codes: \[503\]\)/,
  },
  {
    check: 'target-health',
    fault: 'no target',
    plant: ({ backend }) => (backend.targets = []),
    sign: '×',
    seen: /chat has no healthy target \(0 registered\)/,
  },
  {
    check: 'proxy-protocol',
    fault: 'proxy protocol v2',
    plant: ({ backend }) => (backend.proxyProtocol = 'true'),
    sign: '×',
    seen: /chat sends proxy protocol v2/,
  },
  {
    check: 'ecs-tasks',
    fault: 'tasks that do not start',
    plant({ backend }) {
      backend.service.running = 0;
      backend.service.event = '(service chat) was unable to place a task because CannotPullContainerError.';
    },
    sign: '×',
    seen: /chat: 0 of 2 tasks run; last event: .*CannotPullContainerError/,
  },
  {
    check: 'ecs-tasks',
    fault: 'a service that was set to no tasks',
    plant: ({ backend }) => (backend.service.desired = backend.service.running = 0),
    sign: '×',
    seen: /chat: 0 of 0 tasks run/,
  },
  {
    check: 'ecs-deployment',
    fault: 'a deployment that has been in progress for an hour',
    plant: ({ backend }) =>
      Object.assign(backend.service, {
        rolloutState: 'IN_PROGRESS',
        rolloutReason: undefined,
        startedAt: inDays(-1 / 24),
        failedTasks: 7,
      }),
    sign: '×',
    seen: /chat: IN_PROGRESS, 7 tasks failed/,
  },
  {
    check: 'ecs-deployment',
    fault: 'a deployment that failed',
    plant: ({ backend }) =>
      Object.assign(backend.service, {
        rolloutState: 'FAILED',
        rolloutReason: 'ECS deployment circuit breaker: tasks failed to start.',
      }),
    sign: '×',
    seen: /chat: FAILED, 0 tasks failed; ECS deployment circuit breaker: tasks failed to start/,
  },
  {
    check: 'stop-timeout',
    fault: 'the default stop timeout, and a drain of 30 s',
    plant: ({ backend }) => (backend.container.stopTimeout = undefined),
    sign: '‼',
    seen: /service has 30 s, and needs 59 s: 30 s of drain and 29 s for requests in flight/,
  },
  {
    check: 'connections-policy',
    fault: 'a role without the permission',
    plant: ({ backend }) => (backend.simulation = { decision: 'implicitDeny' }),
    sign: '×',
    seen: /role\/chat-task may not POST …\/@connections\/\{connectionId\}: no policy of the role allows it/,
  },
  {
    check: 'connections-policy',
    fault: 'an explicit deny',
    plant: ({ backend }) => (backend.simulation = { decision: 'explicitDeny' }),
    sign: '×',
    seen: /a policy denies it explicitly/,
  },
  {
    check: 'connections-policy',
    fault: 'a permissions boundary',
    plant: ({ backend }) => (backend.simulation = { decision: 'implicitDeny', byBoundary: true }),
    sign: '×',
    seen: /the permissions boundary of the role does not allow it/,
  },
  {
    check: 'connections-policy',
    fault: 'a service control policy',
    plant: ({ backend }) => (backend.simulation = { decision: 'explicitDeny', byOrganization: true }),
    sign: '×',
    seen: /a service control policy of the organization denies it/,
  },
  {
    check: 'callback-endpoint',
    fault: 'the endpoint of another API',
    plant: ({ backend }) =>
      (backend.container.environment['WS_API_ENDPOINT'] =
        'https://otherapi.execute-api.eu-central-1.amazonaws.com/prod'),
    sign: '×',
    seen: /service posts to https:\/\/otherapi\.execute-api/,
  },
  {
    check: 'private-dns',
    fault: 'an endpoint for execute-api with private DNS',
    plant: ({ backend }) => backend.apiEndpoints.push({ id: 'vpce-0abc', privateDns: true }),
    sign: '×',
    seen: /vpce-0abc in vpc-0a1b2c3d4e5f67890 is an endpoint for execute-api with private DNS/,
  },
  {
    check: 'public-name',
    fault: 'a name that resolves to a private address',
    plant: ({ dns, api }) => dns.set(`${api.apiId}.execute-api.eu-central-1.amazonaws.com`, ['10.0.3.7']),
    sign: '×',
    seen: /execute-api\.eu-central-1\.amazonaws\.com is 10\.0\.3\.7/,
  },
  {
    check: 'way-out',
    fault: 'subnets without a default route',
    plant: ({ backend }) => (backend.defaultRoute = undefined),
    sign: '×',
    seen: /subnet-0task0: its route table rtb-0private has no route for 0\.0\.0\.0\/0/,
  },
  {
    check: 'way-out',
    fault: 'a NAT gateway that was deleted',
    plant: ({ backend }) => (backend.defaultRoute = { target: 'nat-05dba92075d71c408', state: 'blackhole' }),
    sign: '×',
    seen: /subnet-0task1: the route to nat-05dba92075d71c408 is a black hole/,
  },
  {
    check: 'way-out',
    fault: 'an internet gateway, and tasks without public addresses',
    plant: ({ backend }) => (backend.defaultRoute = { target: 'igw-0abc', state: 'active' }),
    sign: '×',
    seen: /the way out is igw-0abc, and the tasks have no public address/,
  },
  {
    check: 'egress',
    fault: 'a security group that allows the VPC only',
    plant: ({ backend }) => (backend.egress = [{ protocol: '-1', cidr: '10.0.0.0/16' }]),
    sign: '×',
    seen: /none of sg-0tasks allows TCP 443/,
  },
  {
    check: 'egress',
    fault: 'a security group that allows another port only',
    plant: ({ backend }) => (backend.egress = [{ protocol: 'tcp', from: 80, to: 80, cidr: '0.0.0.0/0' }]),
    sign: '×',
    seen: /none of sg-0tasks allows TCP 443/,
  },
  {
    check: 'default-endpoint',
    fault: 'the default endpoint disabled, and the domain name mapped to another stage',
    async plant(setUp) {
      const { api } = setUp;
      await api.control.send(new UpdateApiCommand({ ApiId: api.apiId, DisableExecuteApiEndpoint: true }));
      ofItems(/\/apimappings$/, (mapping) => (mapping['stage'] = 'dev'))(setUp);
    },
    sign: '×',
    seen: /the default endpoint is disabled, and no domain name is mapped to the stage prod/,
  },
  {
    check: 'domain-name',
    fault: 'a domain name that waits for its certificate',
    plant: ofItems(/^\/v2\/domainnames$/, (domain) => {
      const [configuration] = domain['domainNameConfigurations'] as Record<string, unknown>[];
      Object.assign(configuration!, {
        domainNameStatus: 'PENDING_OWNERSHIP_VERIFICATION',
        domainNameStatusMessage: 'Validate the certificate',
      });
    }),
    sign: '×',
    seen: /ws\.example\.com is PENDING_OWNERSHIP_VERIFICATION: Validate the certificate/,
  },
  {
    check: 'domain-dns',
    fault: 'a domain name without a DNS record',
    plant: ({ dns }) => dns.set('ws.example.com', undefined),
    sign: '×',
    seen: /ws\.example\.com does not resolve/,
  },
  {
    check: 'domain-dns',
    fault: 'a domain name that leads elsewhere',
    plant: ({ dns }) => dns.set('ws.example.com', ['198.51.100.7']),
    sign: '‼',
    seen: /ws\.example\.com is 198\.51\.100\.7, and d-\w+\.execute-api\.eu-central-1\.amazonaws\.com is 3\.120\.1\.2/,
  },
  {
    check: 'certificates',
    fault: 'a certificate that has expired',
    plant: ({ backend }) => (backend.certificate.notAfter = new Date('2026-01-31T00:00:00Z')),
    sign: '×',
    seen: /the certificate of ws\.example\.com expired on 2026-01-31/,
  },
  {
    check: 'certificates',
    fault: 'a certificate that ends soon',
    plant: ({ backend }) => Object.assign(backend.certificate, { notAfter: inDays(10), type: 'IMPORTED' }),
    sign: '‼',
    seen: /the certificate of ws\.example\.com \(IMPORTED\) ends on/,
  },
  {
    check: 'certificates',
    fault: 'a certificate that was never issued',
    plant: ({ backend }) => (backend.certificate.status = 'PENDING_VALIDATION'),
    sign: '×',
    seen: /the certificate of ws\.example\.com is PENDING_VALIDATION/,
  },
  {
    check: 'certificate-name',
    fault: 'an https URI whose host is not on the certificate',
    async plant(setUp) {
      const { backend } = setUp;
      backend.listeners = [{ port: 443, protocol: 'TLS', certificateArn: backend.certificateArn }];
      await updateIntegration(setUp, '$default', {
        IntegrationUri: 'https://chat-50dc.elb.amazonaws.com/chat',
      });
    },
    sign: '×',
    seen: /https:\/\/chat-50dc\.elb\.amazonaws\.com: the certificate is for ws\.example\.com, nlb\.example\.com/,
  },
  {
    check: 'certificate-name',
    fault: 'a certificate of a private authority',
    async plant(setUp) {
      const { backend } = setUp;
      backend.certificate.type = 'PRIVATE';
      backend.listeners = [{ port: 443, protocol: 'TLS', certificateArn: backend.certificateArn }];
      await updateIntegration(setUp, '$default', { IntegrationUri: 'https://nlb.example.com/chat' });
    },
    sign: '×',
    seen: /https:\/\/nlb\.example\.com: the certificate is of a private authority/,
  },
  {
    check: 'error-alarms',
    fault: 'no alarm on integration errors',
    plant: ({ backend }) => backend.alarms.pop(),
    sign: '‼',
    seen: /no alarm watches IntegrationError of the API/,
  },
  {
    check: 'alarm-actions',
    fault: 'an alarm that notifies no one',
    plant: ({ backend }) => (backend.alarms[1]!.actions = []),
    sign: '‼',
    seen: /chat-integration-errors notifies no one/,
  },
  {
    check: 'alarm-state',
    fault: 'a raised alarm',
    plant: ({ backend }) => (backend.alarms[0]!.state = 'ALARM'),
    sign: '‼',
    seen: /chat-execution-errors is raised/,
  },
  {
    check: 'recent-errors',
    fault: 'execution errors yesterday',
    plant: ({ backend }) => (backend.metrics['ExecutionError'] = 3),
    sign: '‼',
    seen: /3 execution errors among 4,210 connections and 98,112 messages/,
  },
];
