/**
 * What is behind the API, as AWS's calls show it. The values are those of a healthy set-up; a test plants a fault by
 * changing one.
 */
export class BackendSetUp {
  readonly region = 'eu-central-1';
  readonly accountId = '111122223333';
  readonly vpcId = 'vpc-0a1b2c3d4e5f67890';
  readonly loadBalancerArn = `arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/net/chat/50dc6c495c0c9188`;
  readonly targetGroupArn = `arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/chat/73e2d6bc24d8a067`;
  readonly certificateArn = `arn:aws:acm:eu-central-1:111122223333:certificate/0f3bde01-2a3b-4c5d-8e9f-aabbccddeeff`;
  readonly roleArn = 'arn:aws:iam::111122223333:role/chat-task';

  /** Of API Gateway, in the account. */
  logRoleArn: string | undefined = 'arn:aws:iam::111122223333:role/apigateway-logs';
  rateLimit = 10_000;
  /** `undefined`: it was never changed. */
  newConnections: number | undefined = undefined;

  loadBalancer = {
    exists: true,
    type: 'network',
    state: 'active',
    zones: ['eu-central-1a', 'eu-central-1b'],
    securityGroups: ['sg-0balancer'],
    enforcement: 'off',
    crossZone: 'true',
  };
  listeners: { port: number; protocol: string; certificateArn?: string }[] = [{ port: 80, protocol: 'TCP' }];
  proxyProtocol = 'false';
  targets: { id: string; zone: string; state: string; reason?: string; description?: string }[] = [
    { id: '10.0.1.17', zone: 'eu-central-1a', state: 'healthy' },
    { id: '10.0.2.93', zone: 'eu-central-1b', state: 'healthy' },
  ];

  service = {
    desired: 2,
    running: 2,
    rolloutState: 'COMPLETED',
    rolloutReason: 'ECS deployment ecs-svc/9223370552398473 completed.',
    startedAt: new Date('2026-11-27T08:00:00Z'),
    failedTasks: 0,
    event: '(service chat) has reached a steady state.',
    assignPublicIp: 'DISABLED',
  };
  container: { stopTimeout: number | undefined; environment: Record<string, string> } = {
    stopTimeout: 60,
    environment: { PORT: '3000', DRAIN_SECONDS: '30' },
  };

  defaultRoute: { target: string; state: string } | undefined = {
    target: 'nat-05dba92075d71c408',
    state: 'active',
  };
  apiEndpoints: { id: string; privateDns: boolean }[] = [];
  egress: { protocol: string; from?: number; to?: number; cidr: string }[] = [
    { protocol: '-1', cidr: '0.0.0.0/0' },
  ];
  simulation: { decision: string; byBoundary?: boolean; byOrganization?: boolean } = { decision: 'allowed' };

  certificate = {
    status: 'ISSUED',
    type: 'AMAZON_ISSUED',
    notAfter: new Date('2027-09-30T23:59:59Z'),
    names: ['ws.example.com', 'nlb.example.com'],
  };
  alarms = [
    { name: 'chat-execution-errors', metric: 'ExecutionError', state: 'OK', actions: ['arn:aws:sns:…'] },
    { name: 'chat-integration-errors', metric: 'IntegrationError', state: 'OK', actions: ['arn:aws:sns:…'] },
  ];
  /** Of the last 24 hours; one without a value has no data. */
  metrics: Record<string, number> = { IntegrationLatency: 212, ConnectCount: 4_210, MessageCount: 98_112 };
  /** Calls that changed the API, in CloudTrail. */
  changes: { name: string; at: Date; parameters: Record<string, string>; errorCode?: string }[] = [];
  stackResources: { type: string; id: string }[] = [];
}
