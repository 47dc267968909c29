/** What a permission's resources are made of. */
export interface PolicyScope {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** `*` when it is not known. */
  readonly region: string;
  readonly accountId: string;
  readonly apiIds: readonly string[];
  readonly stageName: string;
}

interface PermissionRow {
  readonly action: string;
  /** The narrowest resources that the service's authorization supports. */
  readonly resources: (scope: PolicyScope) => readonly string[];
}

const ANY = () => ['*'];
const inApiGateway =
  (...paths: readonly string[]) =>
  ({ partition, region }: PolicyScope) =>
    paths.map((path) => `arn:${partition}:apigateway:${region}::${path}`);

/**
 * Every permission that a check may need, by the name that the report prints.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const PERMISSIONS = {
  'apigateway:GET /apis': {
    action: 'apigateway:GET',
    resources: (scope) => scope.apiIds.flatMap((id) => inApiGateway(`/apis/${id}`, `/apis/${id}/*`)(scope)),
  },
  'apigateway:GET /account': { action: 'apigateway:GET', resources: inApiGateway('/account') },
  'apigateway:GET /vpclinks': { action: 'apigateway:GET', resources: inApiGateway('/vpclinks/*') },
  'apigateway:GET /domainnames': {
    action: 'apigateway:GET',
    resources: inApiGateway('/domainnames', '/domainnames/*/apimappings'),
  },
  'acm:DescribeCertificate': { action: 'acm:DescribeCertificate', resources: ANY },
  'cloudformation:ListStackResources': { action: 'cloudformation:ListStackResources', resources: ANY },
  'cloudtrail:LookupEvents': { action: 'cloudtrail:LookupEvents', resources: ANY },
  'cloudwatch:DescribeAlarms': { action: 'cloudwatch:DescribeAlarms', resources: ANY },
  'cloudwatch:GetMetricStatistics': { action: 'cloudwatch:GetMetricStatistics', resources: ANY },
  'ec2:DescribeRouteTables': { action: 'ec2:DescribeRouteTables', resources: ANY },
  'ec2:DescribeSecurityGroups': { action: 'ec2:DescribeSecurityGroups', resources: ANY },
  'ec2:DescribeVpcEndpoints': { action: 'ec2:DescribeVpcEndpoints', resources: ANY },
  'ecs:DescribeServices': { action: 'ecs:DescribeServices', resources: ANY },
  'ecs:DescribeTaskDefinition': { action: 'ecs:DescribeTaskDefinition', resources: ANY },
  'ecs:ListClusters': { action: 'ecs:ListClusters', resources: ANY },
  'ecs:ListServices': { action: 'ecs:ListServices', resources: ANY },
  'elasticloadbalancing:DescribeListeners': {
    action: 'elasticloadbalancing:DescribeListeners',
    resources: ANY,
  },
  'elasticloadbalancing:DescribeLoadBalancerAttributes': {
    action: 'elasticloadbalancing:DescribeLoadBalancerAttributes',
    resources: ANY,
  },
  'elasticloadbalancing:DescribeLoadBalancers': {
    action: 'elasticloadbalancing:DescribeLoadBalancers',
    resources: ANY,
  },
  'elasticloadbalancing:DescribeTargetGroupAttributes': {
    action: 'elasticloadbalancing:DescribeTargetGroupAttributes',
    resources: ANY,
  },
  'elasticloadbalancing:DescribeTargetGroups': {
    action: 'elasticloadbalancing:DescribeTargetGroups',
    resources: ANY,
  },
  'elasticloadbalancing:DescribeTargetHealth': {
    action: 'elasticloadbalancing:DescribeTargetHealth',
    resources: ANY,
  },
  'execute-api:ManageConnections': {
    action: 'execute-api:ManageConnections',
    resources: ({ partition, region, accountId, apiIds, stageName }) =>
      apiIds
        .slice(0, 1)
        .map((id) => `arn:${partition}:execute-api:${region}:${accountId}:${id}/${stageName}/*`),
  },
  'iam:SimulatePrincipalPolicy': {
    action: 'iam:SimulatePrincipalPolicy',
    resources: ({ partition, accountId }) => [`arn:${partition}:iam::${accountId}:role/*`],
  },
  'servicequotas:GetServiceQuota': { action: 'servicequotas:GetServiceQuota', resources: ANY },
  // every identity may call it, so that no policy needs it
  'sts:GetCallerIdentity': { action: 'sts:GetCallerIdentity', resources: () => [] },
} as const satisfies Readonly<Record<string, PermissionRow>>;

export type Permission = keyof typeof PERMISSIONS;

/** Reading the API needs this one only; so do most other checks, to know what belongs to it. */
export const READ_API: readonly Permission[] = ['apigateway:GET /apis'];

export const READ_VPC_LINK: readonly Permission[] = [...READ_API, 'apigateway:GET /vpclinks'];

export const READ_LOAD_BALANCER: readonly Permission[] = [
  ...READ_VPC_LINK,
  'elasticloadbalancing:DescribeLoadBalancers',
];

export const READ_TARGET_GROUPS: readonly Permission[] = [
  ...READ_VPC_LINK,
  'elasticloadbalancing:DescribeTargetGroups',
];

/** A service is found by its target groups. */
export const READ_ECS_SERVICES: readonly Permission[] = [
  ...READ_TARGET_GROUPS,
  'ecs:ListClusters',
  'ecs:ListServices',
  'ecs:DescribeServices',
];

export const READ_TASK_DEFINITIONS: readonly Permission[] = [
  ...READ_ECS_SERVICES,
  'ecs:DescribeTaskDefinition',
];
