import { ControlPlane } from '../../control/control-plane.js';
import { type DeployedRoute, integrationId, type Snapshot } from '../../control/snapshot.js';
import { findTarget } from '../../integrations/find-target.js';
import { TargetPool } from '../../integrations/target-pool.js';
import { UsageError } from '../../usage-error.js';
import { readMessage } from '../../websocket/client-message.js';
import { type RouteEvent } from '../../websocket/route-event.js';
import { mapRequest } from '../../websocket/steps/map-request.js';
import { missingParameters } from '../../websocket/steps/require-parameters.js';
import { selectRoute } from '../../websocket/steps/select-route.js';
import { validateMessage } from '../../websocket/steps/validate-message.js';
import { explainHttp } from './explain-http.js';
import {
  chooseApi,
  type ExplainedTemplates,
  type Explanation,
  loadExplained,
  type Names,
  notSent,
  resourceName,
  sent,
} from './explanation.js';
import { printRequest } from './print-request.js';
import { type ClientInput, PLACEHOLDER_CONNECTION_ID, sampleEvent } from './sample-event.js';
import { unfilledMappings } from './unfilled-mappings.js';

export interface ExplainOptions extends ExplainedTemplates, ClientInput {
  /** Logical id; required when the template has several WebSocket APIs. */
  readonly api?: string | undefined;
  /** Required when the API has several stages. */
  readonly stage?: string | undefined;
  /** By default the route that the body selects. */
  readonly route?: string | undefined;
  /** The request to an HTTP API: `GET /books?x=1`. Without it the API is a WebSocket API. */
  readonly request?: string | undefined;
}

/**
 * The request that an integration would receive, by the gateway's own steps, from a template and a placeholder
 * connection.
 *
 * @throws {CloudFormationError} the template cannot be loaded, or has no API
 * @throws {UsageError} no such API, stage or route
 */
export function explain(text: string, options: ExplainOptions): Explanation {
  const { request } = options;
  if (request !== undefined) return explainRequest(text, { ...options, request });
  const now = Date.now();
  const { region, accountId } = options;
  const plane = new ControlPlane({ region, accountId, now: () => now });
  const report = loadExplained(plane, { ...options, text }, options);
  const chosen = chooseApi(plane, report, 'WEBSOCKET', options.api);
  const stage = chooseStage(chosen.logicalId, chosen.stages, options.stage);
  return explainStage(plane, report, { ...options, apiId: chosen.apiId, stage });
}

/**
 * The same for an API of a control plane.
 *
 * @param names of its resources
 * @throws {UsageError} no such API, stage or route
 */
export function explainStage(
  plane: ControlPlane,
  names: Names,
  options: ClientInput & {
    readonly apiId: string;
    readonly stage: string;
    readonly region: string;
    readonly route?: string | undefined;
  },
): Explanation {
  const { apiId, stage, region } = options;
  const now = Date.now();
  const resources = plane.webSocketApi(apiId);
  if (resources === undefined) throw new UsageError(`${apiId} is not a WebSocket API`);
  const served = plane.stage(apiId, stage);
  if (served?.snapshot === undefined) throw new UsageError(`nothing is deployed to the stage ${stage}`);

  const deployed = chooseRoute(served.snapshot, options);
  const { routeKey } = deployed;
  const { stageVariables } = served;
  const event = sampleEvent({ apiId, stage, region, stageVariables, routeKey }, options, now);
  const route = resources.routes.values().find((item) => item.RouteKey === routeKey);
  const integration = resources.integrations.get(integrationId(route?.Target) ?? '');
  if (route === undefined || integration === undefined || deployed.integration === undefined) {
    return notSent([`route ${routeKey} of stage ${stage}`], 'the route has no integration: nothing is sent');
  }
  const about = [
    `route ${routeKey} of stage ${stage} → ${resourceName(names, integration.IntegrationId)} (${integration.IntegrationType})`,
    `the connection is a placeholder: connectionId ${PLACEHOLDER_CONNECTION_ID}, client ${event.connection.sourceIp}`,
    ...unfilledMappings(integration, route, event),
  ];
  const refusal = whyRefused(deployed, event);
  if (refusal !== undefined) return notSent(about, refusal);
  try {
    const mapped = mapRequest(deployed.integration, event);
    if (mapped.kind === 'http') {
      const { url, vpcLinkId } = mapped;
      const { origin } = findTarget(url, vpcLinkId, (id) => plane.vpcLink(id), new TargetPool(new Map()));
      about.push(destination(plane, names, origin, vpcLinkId));
    }
    return sent(about, printRequest(mapped));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return notSent(about, `nothing is sent: ${error.message}`);
  }
}

/** A request to an HTTP API: its path names the stage, and its method and path select the route. */
function explainRequest(text: string, options: ExplainOptions & { readonly request: string }): Explanation {
  for (const name of ['stage', 'route', 'query'] as const) {
    if (options[name] !== undefined) throw new UsageError(`--${name} is part of --request: omit it`);
  }
  return explainHttp(text, options);
}

function chooseStage(api: string, stages: readonly string[], wanted: string | undefined): string {
  const [stage, ...others] = stages.filter((item) => wanted === undefined || item === wanted);
  if (stage !== undefined && others.length === 0) return stage;
  throw new UsageError(`--stage must be one of ${api}'s stages: ${stages.join(', ') || 'it has none'}`);
}

function chooseRoute(
  snapshot: Snapshot,
  { route: key, body }: Pick<ExplainOptions, 'route' | 'body'>,
): DeployedRoute {
  const keys = [...snapshot.routes.keys()].join(', ');
  if (key === undefined && body === undefined)
    throw new UsageError(`--route, one of ${keys}, or --body is required`);
  if (key !== undefined && !snapshot.routes.has(key)) {
    throw new UsageError(`--route must be one of the stage's routes: ${keys}`);
  }
  const isMessage = key !== '$connect' && key !== '$disconnect';
  const selected = body !== undefined && isMessage ? selectRoute(snapshot, readMessage(body)) : undefined;
  if (body !== undefined && isMessage && selected === undefined) {
    throw new UsageError(
      'the body selects no route, and there is no $default: the client receives Forbidden',
    );
  }
  const named = key === undefined ? undefined : snapshot.routes.get(key);
  if (named !== undefined && selected !== undefined && named !== selected) {
    throw new UsageError(`the body selects the route ${selected.routeKey}, not ${key}`);
  }
  const chosen = named ?? selected;
  if (chosen === undefined) throw new UsageError(`--route must be one of ${keys}`);
  return chosen;
}

/** The reason why the gateway itself refuses the event before it calls the integration. */
function whyRefused(route: DeployedRoute, { handshake, message }: RouteEvent): string | undefined {
  const missing = handshake ? missingParameters(route, handshake) : [];
  if (missing.length > 0) return `the response to the handshake is 400: it lacks ${missing.join(', ')}`;
  const problem = message && validateMessage(route.models, message);
  return problem === undefined ? undefined : `the client receives Bad request body: ${problem}`;
}

function destination(
  plane: ControlPlane,
  names: Names,
  origin: string,
  vpcLinkId: string | undefined,
): string {
  const link = vpcLinkId === undefined ? undefined : plane.vpcLink(vpcLinkId);
  if (link === undefined) return `sent to ${origin}`;
  return `sent through the VPC link ${resourceName(names, link.id)} to ${link.targetArns[0]}; here to ${origin}, unless --target names another`;
}
