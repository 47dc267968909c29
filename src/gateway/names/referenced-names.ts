import { type ApiResources } from '../control/api-resources.js';
import { type ControlPlane } from '../control/control-plane.js';
import { type HttpApiResources } from '../control/http-api-resources.js';
import { functionOf } from '../control/snapshot.js';
import { fillStageVariables } from '../mapping/stage-variables.js';

/** What the resources of a control plane refer to outside of API Gateway. */
export interface ReferencedNames {
  /** Names and ARNs of Lambda functions. */
  readonly functions: readonly string[];
  /** ARNs of load balancers, listeners and Cloud Map services. */
  readonly targets: readonly string[];
  /** AWS services, as `--endpoint-for` names them. */
  readonly services: readonly string[];
}

/** With the variables of every stage filled in. */
export function referencedNames(plane: ControlPlane): ReferencedNames {
  const all = [...plane.apis.values()];
  const uris = all.flatMap(urisOf);
  return {
    functions: uris.flatMap((uri) => functionOf(uri) ?? (FUNCTION_ARN.test(uri) ? [uri] : [])),
    targets: [
      ...uris.filter((uri) => TARGET_ARN.test(uri)),
      ...[...plane.vpcLinks.values()].flatMap(({ targetArns }) => targetArns),
    ],
    services: [...uris.flatMap((uri) => uri.match(SERVICE_URI)?.[1] ?? []), ...all.flatMap(subtypeServices)],
  };
}

const FUNCTION_ARN = /^arn:[^:]+:lambda:/;
const TARGET_ARN = /^arn:[^:]+:(?:elasticloadbalancing|servicediscovery):/;
/** The service of an `AWS` integration, which may have a subdomain: `…:apigateway:us-east-1:bucket.s3:path/…` */
const SERVICE_URI = /^arn:[^:]+:apigateway:[^:]+:(?:[\w.-]+\.)?([\w-]+):(?:path|action)\//;

function urisOf(resources: ApiResources | HttpApiResources): readonly string[] {
  const texts = [
    ...[...resources.integrations.values()].map(({ IntegrationUri }) => IntegrationUri),
    ...[...resources.authorizers.values()].map(({ AuthorizerUri }) => AuthorizerUri),
  ].filter((uri) => uri !== undefined);
  const stages = [...resources.stages.values()];
  return texts.flatMap((text) =>
    text.includes('${stageVariables.')
      ? stages.map(({ StageVariables }) => fillStageVariables(text, StageVariables))
      : [text],
  );
}

function subtypeServices(resources: ApiResources | HttpApiResources): readonly string[] {
  if (resources.protocol !== 'HTTP') return [];
  return [...resources.integrations.values()].flatMap(({ IntegrationSubtype }) => {
    const [prefix = ''] = IntegrationSubtype?.split('-') ?? [];
    return SUBTYPE_SERVICES[prefix] ?? [];
  });
}

/** The service of a first-class integration (H7.03), by the first word of its subtype. */
const SUBTYPE_SERVICES: Readonly<Record<string, string | undefined>> = {
  AppConfig: 'appconfig',
  EventBridge: 'events',
  Kinesis: 'kinesis',
  SQS: 'sqs',
  StepFunctions: 'states',
};
