import { type Integration, readVpcLink, type VpcLink } from '../aws/api-gateway.js';
import { readCertificate } from '../aws/certificates.js';
import { type AwsClients } from '../aws/clients.js';
import { type EcsService, readEcsServices, readTaskDefinition, type TaskDefinition } from '../aws/ecs.js';
import {
  type LoadBalancer,
  readListeners,
  readLoadBalancer,
  readLoadBalancerAttributes,
  readTargetGroupAttributes,
  readTargetGroups,
  readTargets,
  type TargetGroup,
} from '../aws/load-balancers.js';
import { readApiEndpoints, readRouteTables, readSecurityGroups } from '../aws/network.js';
import { NothingThereError } from '../aws/read.js';
import { type ApiFacts } from './api-facts.js';
import { memoised, memoisedBy } from './memoised.js';
import { type Target } from './target.js';

export type BackendFacts = ReturnType<typeof backendFacts>;

/** What is behind the API: VPC link → load balancer → target groups → tasks. */
export function backendFacts(clients: AwsClients, { region }: Target, api: ApiFacts) {
  const link = memoisedBy((id) => readVpcLink(clients, id));
  const privateIntegrations = memoised(
    async (): Promise<readonly (Integration & { vpcLinkId: string })[]> => {
      const used = await api.usedIntegrations();
      const found = used.flatMap((each) =>
        each.isPrivate && each.vpcLinkId !== undefined ? [{ ...each, vpcLinkId: each.vpcLinkId }] : [],
      );
      if (found.length === 0) throw new NothingThereError('no integration uses a VPC link');
      return found;
    },
  );
  const vpcLinks = memoised(async (): Promise<readonly VpcLink[]> => {
    const ids = new Set((await privateIntegrations()).map(({ vpcLinkId }) => vpcLinkId));
    const links = await Promise.all([...ids].map(link));
    return links.filter((each) => each !== undefined);
  });
  const loadBalancerArns = memoised(async () => {
    const arns = (await vpcLinks()).flatMap(({ targetArns }) => targetArns);
    if (arns.length === 0) throw new NothingThereError('no VPC link of v1 leads to a load balancer');
    return [...new Set(arns)];
  });
  const loadBalancer = memoisedBy((arn) => readLoadBalancer(clients, arn));
  const listeners = memoisedBy((arn) => readListeners(clients, arn));
  const targetGroups = memoised(async (): Promise<readonly TargetGroup[]> => {
    const arns = await loadBalancerArns();
    return (await Promise.all(arns.map((arn) => readTargetGroups(clients, arn)))).flat();
  });
  const taskDefinition = memoisedBy((arn) => readTaskDefinition(clients, arn));
  const services = memoised(async (): Promise<readonly EcsService[]> => {
    const groups = await targetGroups();
    const found = await readEcsServices(
      clients,
      groups.map(({ arn }) => arn),
    );
    if (found.length === 0) {
      throw new NothingThereError('no ECS service registers its tasks at the target groups');
    }
    return found;
  });
  return {
    /** Those with a VPC link; at least one. */
    privateIntegrations,
    /** `undefined` for an id that is no link of v1. */
    link,
    vpcLinks,
    /** `undefined` if it does not exist. */
    loadBalancer,
    /** Those that exist; at least one. */
    loadBalancers: memoised(async (): Promise<readonly LoadBalancer[]> => {
      const found = await Promise.all((await loadBalancerArns()).map(loadBalancer));
      const existing = found.filter((each) => each !== undefined);
      if (existing.length === 0)
        throw new NothingThereError('the load balancer of the VPC link does not exist');
      return existing;
    }),
    loadBalancerArns,
    listeners,
    loadBalancerAttributes: memoisedBy((arn) => readLoadBalancerAttributes(clients, arn)),
    targetGroups,
    targets: memoisedBy((arn) => readTargets(clients, arn)),
    targetGroupAttributes: memoisedBy((arn) => readTargetGroupAttributes(clients, arn)),
    services,
    taskDefinitions: memoised(async (): Promise<readonly TaskDefinition[]> => {
      const arns = new Set((await services()).map(({ taskDefinitionArn }) => taskDefinitionArn));
      return Promise.all([...arns].map(taskDefinition));
    }),
    routeTables: memoisedBy((vpcId) => readRouteTables(clients, vpcId)),
    apiEndpoints: memoisedBy((vpcId) =>
      readApiEndpoints(clients, vpcId, `com.amazonaws.${region}.execute-api`),
    ),
    securityGroups: (ids: readonly string[]) => readSecurityGroups(clients, ids),
    certificate: memoisedBy((arn) => readCertificate(clients, arn)),
  };
}
