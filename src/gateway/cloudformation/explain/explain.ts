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
import { type LoadOptions, type LoadReport, loadTemplate } from '../load-template.js';
import { printRequest } from './print-request.js';
import { type ClientInput, PLACEHOLDER_CONNECTION_ID, sampleEvent } from './sample-event.js';
import { unfilledMappings } from './unfilled-mappings.js';

export interface ExplainOptions extends LoadOptions, ClientInput {
  /** Logical id; required when the template has several WebSocket APIs. */
  readonly api?: string | undefined;
  /** Required when the API has several stages. */
  readonly stage?: string | undefined;
  /** By default the route that the body selects. */
  readonly route?: string | undefined;
}

interface Explanation {
  /** The request; lines that begin with `#` are comments. */
  readonly text: string;
  /** Whether a request would be sent. */
  readonly isSent: boolean;
}

/**
 * The request that an integration would receive, by the gateway's own steps, from a template and a placeholder
 * connection.
 *
 * @throws {CloudFormationError} the template cannot be loaded
 * @throws {UsageError} no such API, stage or route
 */
export function explain(text: string, options: ExplainOptions): Explanation {
  const now = Date.now();
  const { region, accountId } = options;
  const plane = new ControlPlane({ region, accountId, now: () => now });
  const report = loadTemplate(plane, text, options);
  const { apiId, resources, stage } = chooseStage(plane, report, options);
  const served = plane.stage(apiId, stage);
  if (served?.snapshot === undefined) throw new UsageError(`nothing is deployed to the stage ${stage}`);

  const deployed = chooseRoute(served.snapshot, options);
  const { routeKey } = deployed;
  const { stageVariables } = served;
  const event = sampleEvent({ apiId, stage, region, stageVariables, routeKey }, options, now);
  const route = resources.routes.values().find((item) => item.RouteKey === routeKey);
  const integration = resources.integrations.get(integrationId(route?.Target) ?? '');
  if (route === undefined || integration === undefined || deployed.integration === undefined) {
    return failed([`route ${routeKey} of stage ${stage}`], 'the route has no integration: nothing is sent');
  }
  const about = [
    `route ${routeKey} of stage ${stage} → ${name(report, integration.IntegrationId)} (${integration.IntegrationType})`,
    `the connection is a placeholder: connectionId ${PLACEHOLDER_CONNECTION_ID}, client ${event.connection.sourceIp}`,
    ...unfilledMappings(integration, route, event),
  ];
  const refusal = whyRefused(deployed, event);
  if (refusal !== undefined) return failed(about, refusal);
  try {
    const request = mapRequest(deployed.integration, event);
    if (request.kind === 'http') {
      const { url, vpcLinkId } = request;
      const { origin } = findTarget(url, vpcLinkId, (id) => plane.vpcLink(id), new TargetPool(new Map()));
      about.push(destination(plane, report, origin, vpcLinkId));
    }
    return { text: `${comments(about)}\n${printRequest(request)}`, isSent: true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(about, `nothing is sent: ${error.message}`);
  }
}

function chooseStage(plane: ControlPlane, { apis }: LoadReport, { api, stage }: ExplainOptions) {
  const candidates = apis.filter(({ logicalId }) => api === undefined || logicalId === api);
  const [chosen, ...more] = candidates;
  const resources = chosen && plane.webSocketApi(chosen.apiId);
  if (chosen === undefined || resources === undefined || more.length > 0) {
    const names = apis.map(({ logicalId }) => logicalId).join(', ');
    throw new UsageError(`--api must be one of the template's WebSocket APIs: ${names || 'it has none'}`);
  }
  const [stageName, ...others] = chosen.stages.filter((item) => stage === undefined || item === stage);
  if (stageName === undefined || others.length > 0) {
    const names = chosen.stages.join(', ');
    throw new UsageError(`--stage must be one of ${chosen.logicalId}'s stages: ${names || 'it has none'}`);
  }
  return { apiId: chosen.apiId, resources, stage: stageName };
}

function chooseRoute(snapshot: Snapshot, { route: key, body }: ExplainOptions): DeployedRoute {
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
  report: LoadReport,
  origin: string,
  vpcLinkId: string | undefined,
): string {
  const link = vpcLinkId === undefined ? undefined : plane.vpcLink(vpcLinkId);
  if (link === undefined) return `sent to ${origin}`;
  return `sent through the VPC link ${name(report, link.id)} to ${link.targetArns[0]}; here to ${origin}, unless --target names another`;
}

/** The resource's logical id and line. */
function name({ created }: LoadReport, id: string): string {
  const resource = created.find((item) => item.id === id);
  return resource === undefined ? id : `${resource.logicalId} (line ${resource.line})`;
}

const failed = (about: readonly string[], reason: string): Explanation => ({
  text: comments([...about, reason]),
  isSent: false,
});

const comments = (lines: readonly string[]) => lines.map((line) => `# ${line}\n`).join('');
