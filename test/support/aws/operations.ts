import { type BackendSetUp } from './backend-set-up.js';

/** A call of a service whose protocol is not REST. */
export interface Call {
  readonly setUp: BackendSetUp;
  /** Id and stage of the API, for alarms. */
  readonly api: { readonly id: string; readonly stage: string };
  readonly input: Readonly<Record<string, unknown>>;
}

/** An error that the service returns. */
export class ServiceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

type Operation = (call: Call) => unknown;

/** One item at a time, so that clients have to read all pages. */
function page<T>(
  items: readonly T[],
  token: unknown,
): { readonly items: readonly T[]; readonly next?: string } {
  const index = Number(token ?? 0);
  return {
    items: items.slice(index, index + 1),
    ...(index + 1 < items.length && { next: String(index + 1) }),
  };
}

const seconds = (date: Date) => date.getTime() / 1_000;

/** The responses, in the shape that AWS's references and recordings show, by IAM action. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'sts:GetCallerIdentity': ({ setUp }) => ({
    Arn: `arn:aws:iam::${setUp.accountId}:user/doctor`,
    UserId: 'AIDACKCEVSQ6C2EXAMPLE',
    Account: setUp.accountId,
  }),
  'servicequotas:GetServiceQuota': ({ setUp, input }) => {
    if (setUp.newConnections === undefined) {
      throw new ServiceError(
        'NoSuchResourceException',
        'The request failed because the specified quota does not exist.',
      );
    }
    return {
      Quota: {
        ServiceCode: input['ServiceCode'],
        ServiceName: 'Amazon API Gateway',
        QuotaCode: input['QuotaCode'],
        QuotaName: 'New WebSocket connections per second',
        Value: setUp.newConnections,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: false,
      },
    };
  },
  'elasticloadbalancing:DescribeLoadBalancers': ({ setUp }) => {
    const { exists, type, state, zones, securityGroups, enforcement } = setUp.loadBalancer;
    if (!exists) throw new ServiceError('LoadBalancerNotFound', 'One or more load balancers not found');
    return {
      LoadBalancers: [
        {
          LoadBalancerArn: setUp.loadBalancerArn,
          DNSName: 'chat-50dc6c495c0c9188.elb.eu-central-1.amazonaws.com',
          CanonicalHostedZoneId: 'Z3F0SRJ5LGBH90',
          CreatedTime: new Date('2026-09-01T10:00:00Z'),
          LoadBalancerName: 'chat',
          Scheme: 'internal',
          VpcId: setUp.vpcId,
          State: { Code: state },
          Type: type,
          AvailabilityZones: zones.map((ZoneName, index) => ({ ZoneName, SubnetId: `subnet-0nlb${index}` })),
          SecurityGroups: securityGroups,
          IpAddressType: 'ipv4',
          EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic:
            securityGroups.length === 0 ? undefined : enforcement,
        },
      ],
    };
  },
  'elasticloadbalancing:DescribeListeners': ({ setUp, input }) => {
    const { items, next } = page(setUp.listeners, input['Marker']);
    return {
      Listeners: items.map(({ port, protocol, certificateArn }) => ({
        ListenerArn: `${setUp.loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${port}`,
        LoadBalancerArn: setUp.loadBalancerArn,
        Port: port,
        Protocol: protocol,
        Certificates: certificateArn === undefined ? [] : [{ CertificateArn: certificateArn }],
        DefaultActions: [{ Type: 'forward', TargetGroupArn: setUp.targetGroupArn }],
      })),
      NextMarker: next,
    };
  },
  'elasticloadbalancing:DescribeTargetGroups': ({ setUp }) => ({
    TargetGroups: [
      {
        TargetGroupArn: setUp.targetGroupArn,
        TargetGroupName: 'chat',
        Protocol: 'TCP',
        Port: 3000,
        VpcId: setUp.vpcId,
        HealthCheckProtocol: 'HTTP',
        HealthCheckPath: '/health/ready',
        TargetType: 'ip',
        LoadBalancerArns: [setUp.loadBalancerArn],
      },
    ],
  }),
  'elasticloadbalancing:DescribeTargetHealth': ({ setUp }) => ({
    TargetHealthDescriptions: setUp.targets.map(({ id, zone, state, reason, description }) => ({
      Target: { Id: id, Port: 3000, AvailabilityZone: zone },
      HealthCheckPort: '3000',
      TargetHealth: { State: state, Reason: reason, Description: description },
    })),
  }),
  'elasticloadbalancing:DescribeLoadBalancerAttributes': ({ setUp }) => ({
    Attributes: [
      { Key: 'load_balancing.cross_zone.enabled', Value: setUp.loadBalancer.crossZone },
      { Key: 'deletion_protection.enabled', Value: 'false' },
    ],
  }),
  'elasticloadbalancing:DescribeTargetGroupAttributes': ({ setUp }) => ({
    Attributes: [
      { Key: 'load_balancing.cross_zone.enabled', Value: 'use_load_balancer_configuration' },
      { Key: 'proxy_protocol_v2.enabled', Value: setUp.proxyProtocol },
      { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
    ],
  }),
  'ecs:ListClusters': ({ setUp, input }) => {
    const arns = ['batch', 'chat'].map(
      (name) => `arn:aws:ecs:${setUp.region}:${setUp.accountId}:cluster/${name}`,
    );
    const { items, next } = page(arns, input['nextToken']);
    return { clusterArns: items, nextToken: next };
  },
  'ecs:ListServices': ({ setUp, input }) =>
    String(input['cluster']).endsWith('/chat')
      ? { serviceArns: [`arn:aws:ecs:${setUp.region}:${setUp.accountId}:service/chat/chat`] }
      : { serviceArns: [] },
  'ecs:DescribeServices': ({ setUp }) => {
    const { service } = setUp;
    return {
      services: [
        {
          serviceArn: `arn:aws:ecs:${setUp.region}:${setUp.accountId}:service/chat/chat`,
          serviceName: 'chat',
          clusterArn: `arn:aws:ecs:${setUp.region}:${setUp.accountId}:cluster/chat`,
          status: 'ACTIVE',
          desiredCount: service.desired,
          runningCount: service.running,
          pendingCount: 0,
          launchType: 'FARGATE',
          taskDefinition: `arn:aws:ecs:${setUp.region}:${setUp.accountId}:task-definition/chat:7`,
          loadBalancers: [
            { targetGroupArn: setUp.targetGroupArn, containerName: 'service', containerPort: 3000 },
          ],
          deployments: [
            {
              id: 'ecs-svc/9223370552398473',
              status: 'PRIMARY',
              desiredCount: service.desired,
              runningCount: service.running,
              failedTasks: service.failedTasks,
              rolloutState: service.rolloutState,
              rolloutStateReason: service.rolloutReason,
              createdAt: seconds(service.startedAt),
            },
          ],
          events: [{ id: '1', createdAt: seconds(service.startedAt), message: service.event }],
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: ['subnet-0task0', 'subnet-0task1'],
              securityGroups: ['sg-0tasks'],
              assignPublicIp: service.assignPublicIp,
            },
          },
        },
      ],
      failures: [],
    };
  },
  'ecs:DescribeTaskDefinition': ({ setUp, input }) => ({
    taskDefinition: {
      taskDefinitionArn: input['taskDefinition'],
      family: 'chat',
      taskRoleArn: setUp.roleArn,
      networkMode: 'awsvpc',
      containerDefinitions: [
        {
          name: 'service',
          image: 'chat:7',
          stopTimeout: setUp.container.stopTimeout,
          environment: Object.entries(setUp.container.environment).map(([name, value]) => ({ name, value })),
          portMappings: [{ containerPort: 3000, hostPort: 3000, protocol: 'tcp' }],
        },
      ],
    },
  }),
  'ec2:DescribeRouteTables': ({ setUp: { vpcId, defaultRoute } }) => ({
    routeTableSet: [
      {
        routeTableId: 'rtb-0main',
        vpcId,
        associationSet: [
          { routeTableAssociationId: 'rtbassoc-0main', routeTableId: 'rtb-0main', main: true },
        ],
        routeSet: [{ destinationCidrBlock: '10.0.0.0/16', gatewayId: 'local', state: 'active' }],
      },
      {
        routeTableId: 'rtb-0private',
        vpcId,
        associationSet: ['subnet-0task0', 'subnet-0task1'].map((subnetId) => ({
          routeTableId: 'rtb-0private',
          subnetId,
          main: false,
        })),
        routeSet: [
          { destinationCidrBlock: '10.0.0.0/16', gatewayId: 'local', state: 'active' },
          ...(defaultRoute === undefined
            ? []
            : [
                {
                  destinationCidrBlock: '0.0.0.0/0',
                  [defaultRoute.target.startsWith('nat-') ? 'natGatewayId' : 'gatewayId']:
                    defaultRoute.target,
                  state: defaultRoute.state,
                  origin: 'CreateRoute',
                },
              ]),
        ],
      },
    ],
  }),
  'ec2:DescribeVpcEndpoints': ({ setUp }) => ({
    vpcEndpointSet: setUp.apiEndpoints.map(({ id, privateDns }) => ({
      vpcEndpointId: id,
      vpcEndpointType: 'Interface',
      vpcId: setUp.vpcId,
      serviceName: `com.amazonaws.${setUp.region}.execute-api`,
      state: 'available',
      privateDnsEnabled: privateDns,
    })),
  }),
  'ec2:DescribeSecurityGroups': ({ setUp }) => ({
    securityGroupInfo: [
      {
        groupId: 'sg-0tasks',
        groupName: 'tasks',
        vpcId: setUp.vpcId,
        ipPermissionsEgress: setUp.egress.map(({ protocol, from, to, cidr }) => ({
          ipProtocol: protocol,
          fromPort: from,
          toPort: to,
          ipRanges: [{ cidrIp: cidr }],
        })),
      },
    ],
  }),
  'iam:SimulatePrincipalPolicy': ({ setUp: { simulation }, input }) => ({
    IsTruncated: false,
    EvaluationResults: Object.entries(input)
      .filter(([name]) => name.startsWith('ResourceArns.member.'))
      .map(([, resource]) => ({
        EvalActionName: input['ActionNames.member.1'],
        EvalResourceName: resource,
        EvalDecision: simulation.decision,
        MatchedStatements: [],
        MissingContextValues: [],
        PermissionsBoundaryDecisionDetail:
          simulation.byBoundary === true ? { AllowedByPermissionsBoundary: false } : undefined,
        OrganizationsDecisionDetail:
          simulation.byOrganization === true ? { AllowedByOrganizations: false } : undefined,
      })),
  }),
  'acm:DescribeCertificate': ({ setUp: { certificate }, input }) => ({
    Certificate: {
      CertificateArn: input['CertificateArn'],
      DomainName: certificate.names[0],
      SubjectAlternativeNames: certificate.names,
      Status: certificate.status,
      Type: certificate.type,
      NotAfter: seconds(certificate.notAfter),
    },
  }),
  'cloudwatch:DescribeAlarms': ({ setUp, api, input }) => {
    const { items, next } = page(setUp.alarms, input['NextToken']);
    return {
      CompositeAlarms: [],
      MetricAlarms: items.map(({ name, metric, state, actions }) => ({
        AlarmName: name,
        StateValue: state,
        ActionsEnabled: true,
        AlarmActions: actions,
        Namespace: 'AWS/ApiGateway',
        MetricName: metric,
        Dimensions: [
          { Name: 'ApiId', Value: api.id },
          { Name: 'Stage', Value: api.stage },
        ],
      })),
      NextToken: next,
    };
  },
  'cloudwatch:GetMetricStatistics': ({ setUp, input }) => {
    const name = String(input['MetricName']);
    const [statistic = 'Sum'] = input['Statistics'] as string[];
    const value = setUp.metrics[name];
    return {
      Label: name,
      Datapoints:
        value === undefined ? [] : [{ Timestamp: input['StartTime'], [statistic]: value, Unit: 'Count' }],
    };
  },
  'cloudtrail:LookupEvents': ({ setUp, input }) => {
    const { items, next } = page(setUp.changes, input['NextToken']);
    return {
      Events: items.map(({ name, at, parameters, errorCode }, index) => ({
        EventId: `b0bde14c-0000-0000-0000-00000000000${index}`,
        EventName: name,
        ReadOnly: 'false',
        EventTime: seconds(at),
        EventSource: 'apigateway.amazonaws.com',
        Username: 'alice',
        CloudTrailEvent: JSON.stringify({
          eventVersion: '1.09',
          eventName: name,
          eventSource: 'apigateway.amazonaws.com',
          requestParameters: parameters,
          ...(errorCode !== undefined && { errorCode }),
        }),
      })),
      NextToken: next,
    };
  },
  'cloudformation:ListStackResources': ({ setUp, input }) => {
    if (input['StackName'] !== 'chat') {
      throw new ServiceError('ValidationError', `Stack with id ${String(input['StackName'])} does not exist`);
    }
    const { items, next } = page(setUp.stackResources, input['NextToken']);
    return {
      StackResourceSummaries: items.map(({ type, id }, index) => ({
        LogicalResourceId: `Resource${index}`,
        PhysicalResourceId: id,
        ResourceType: type,
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: new Date('2026-11-01T10:00:00Z'),
      })),
      NextToken: next,
    };
  },
};
