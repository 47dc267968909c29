import { type Logger } from 'pino';
import { type AccessLog } from '../access-log.js';
import { type HttpApis, type HttpIntegration, type HttpRoute } from '../control/http-snapshot.js';
import { HTTP_RESPONSES } from '../errors.js';
import { type FaultyCall } from '../faults.js';
import { type BackendResponse } from '../integrations/backend-response.js';
import { type IntegrationClient } from '../integrations/integration-client.js';
import { IntegrationFailedError } from '../integrations/integration-errors.js';
import { type PrivateTargets } from '../integrations/private-targets.js';
import { requestStep as callStep, responseStep as calledStep } from '../integrations/recorded-call.js';
import { type Outcome } from '../recorder/gateway-event.js';
import { type Recorder } from '../recorder/recorder.js';
import { type Story } from '../recorder/story.js';
import { type Throttle } from '../throttle.js';
import { type ApiEvent } from './api-event.js';
import { type ApiRequest } from './api-request.js';
import { type ApiResponse } from './api-response.js';
import { HttpRequestError } from './http-request-error.js';
import { corsStep, requestStep, responseStep } from './recorded-request.js';
import { type CallFacts, type Failure } from './served-request.js';
import { type AuthorizationParts, authorizeRequest } from './steps/authorize-request.js';
import { preflightResponse, withCors } from './steps/cors.js';
import { gatewayResponse, httpErrorResponse, whyFailed } from './steps/gateway-response.js';
import { integrationCall, type PrivateRequest } from './steps/integration-call.js';
import { logVariables } from './steps/log-variables.js';
import { mapHttpResponse } from './steps/map-http-response.js';
import { routerOf } from './steps/router.js';
import { selectStage, type StageSelection } from './steps/select-stage.js';

/** The parts of the gateway that the steps use. */
export interface HttpPipelineParts {
  readonly apis: HttpApis;
  readonly integrations: IntegrationClient;
  readonly privateTargets: PrivateTargets;
  readonly authorization: AuthorizationParts;
  readonly throttle: Throttle;
  readonly accessLog: AccessLog;
  readonly recorder: Recorder;
  readonly log: Logger;
}

/**
 * The order of the steps for a request to an HTTP API, which is AWS's. A step is a function from a value to the next one.
 *
 *     request → select-stage → router → throttle → authorize-request → read the body
 *               (a signature covers the body: it is checked after it)
 *               → integration-call (parameters mapped) → private target → call → map-http-response → cors
 *     OPTIONS without a route → cors: the gateway's own response
 *     error → gateway-response → cors
 *
 * The routes are those of the deployment that the stage serves at that moment.
 */
export class HttpPipeline {
  constructor(private readonly parts: HttpPipelineParts) {}

  /**
   * Never rejects.
   *
   * @param readBody reads the body; called only if a route is selected
   */
  async respond(request: ApiRequest, readBody: () => Promise<RequestBody>): Promise<PipelineResult> {
    const selection = selectStage(this.parts.apis, request);
    const snapshot = selection?.stage.snapshot;
    const story = this.#begin(request, selection);
    let event: ApiEvent | undefined;
    const call: CallFacts = {};
    try {
      if (selection === undefined || snapshot === undefined) {
        throw refused('notFound', selection ? `nothing is deployed to ${selection.name}` : 'no such stage');
      }
      if (snapshot.isExecuteApiEndpointDisabled && request.customDomain === undefined) {
        throw refused('forbidden', 'the API has only its domain names (DisableExecuteApiEndpoint)');
      }
      const match = routerOf(snapshot).select(request.method, selection.routePath);
      const routeKey = match?.route.routeKey;
      story?.identify({ requestId: request.requestId, ...(routeKey !== undefined && { routeKey }) });
      story?.add({
        step: 'route',
        expression: '$request.method $request.path',
        value: `${request.method} ${selection.routePath}`,
        ...(routeKey !== undefined && { routeKey }),
      });
      if (match === undefined) {
        const preflight = preflightResponse(snapshot.cors, request);
        if (preflight !== undefined) {
          return this.#done({ request, selection, event, call, story, isPreflight: true }, preflight);
        }
        throw refused('notFound', 'no route matches, and there is no route $default');
      }
      event = { ...this.#event(request, selection, match.route, match.pathParameters), story };
      this.#throttle(event, selection);
      if (story !== undefined) story.variables = [event.stageVariables];
      const isSigned = match.route.authorization.kind === 'AWS_IAM';
      if (!isSigned) event = await this.#authorize(event);
      const body = receivedBody(await readBody());
      if (body !== undefined) story?.add({ step: 'request_body', body: story.body(body) });
      event = { ...event, body };
      if (isSigned) event = await this.#authorize(event);
      const integration = integrationOf(event.route);
      const backend = await this.#call(integration, event, call);
      const response = mapHttpResponse(integration, event, backend);
      const sent = withCors(snapshot.cors, request, response);
      return this.#done({ request, selection, event, call, story }, sent);
    } catch (error) {
      const response = httpErrorResponse(error, event?.route.integration?.kind);
      this.#logFailure(request, selection, event, error, response.status);
      const sent = withCors(snapshot?.cors, request, gatewayResponse(response));
      story?.add({ step: 'failure', reason: whyFailed(error) });
      const failure = { response, cause: error };
      return this.#done({ request, selection, event, call, story, failure }, sent);
    }
  }

  #begin(request: ApiRequest, selection: StageSelection | undefined): Story | undefined {
    const { apiId, requestId } = request;
    const place = selection === undefined ? { apiId } : { apiId, stage: selection.name };
    const story = this.parts.recorder.begin('http_request', place);
    story?.identify({ requestId });
    story?.add(requestStep(request));
    return story;
  }

  #event(
    request: ApiRequest,
    { name, stage, routePath }: StageSelection,
    route: HttpRoute,
    pathParameters: ReadonlyMap<string, string>,
  ): ApiEvent {
    return {
      request,
      region: this.parts.apis.region,
      accountId: this.parts.apis.accountId,
      stage: name,
      stageVariables: stage.stageVariables,
      routePath,
      route,
      pathParameters,
      body: undefined,
      authorized: {},
    };
  }

  #throttle({ request, route: { routeKey } }: ApiEvent, { name, stage }: StageSelection): void {
    const settings = stage.routeSettings(routeKey);
    const limit = this.parts.throttle.exceededByRequest({
      apiId: request.apiId,
      stage: name,
      routeKey,
      settings,
    });
    if (limit !== undefined) throw refused('throttled', `over ${limit}`);
  }

  async #authorize(event: ApiEvent): Promise<ApiEvent> {
    // most routes
    if (event.route.authorization.kind === 'NONE') return event;
    const { variables, authorizer } = await authorizeRequest(this.parts.authorization, event);
    if (event.story !== undefined) event.story.variables = [variables, event.stageVariables];
    return { ...event, authorized: variables, authorizer };
  }

  async #call(integration: HttpIntegration, event: ApiEvent, facts: CallFacts): Promise<BackendResponse> {
    const call = integrationCall(integration, event);
    const faultyCall = { routeKey: event.route.routeKey };
    const { story } = event;
    if (call.kind !== 'private') story?.add(callStep(call, story));
    const startedAt = performance.now();
    try {
      const response = await (call.kind === 'private'
        ? this.#callPrivate(call, faultyCall, story)
        : this.parts.integrations.call(call, faultyCall));
      facts.status = response.status;
      story?.add(calledStep(response, performance.now() - startedAt, story));
      return response;
    } finally {
      facts.latencyMs = performance.now() - startedAt;
    }
  }

  async #callPrivate(
    { uri, vpcLinkId, scheme, request }: PrivateRequest,
    faultyCall: FaultyCall,
    story: Story | undefined,
  ): Promise<BackendResponse> {
    const target = this.parts.privateTargets.next(uri, vpcLinkId, scheme);
    try {
      const origin = `${scheme}://${target.address}`;
      const sent = { ...request, origin };
      story?.add({ step: 'target', vpcLinkId, origin });
      story?.add(callStep(sent, story));
      return await this.parts.integrations.call(sent, faultyCall);
    } catch (error) {
      if (error instanceof IntegrationFailedError && !error.isOutcomeUnknown) target.failed();
      throw error;
    }
  }

  #done({ story, isPreflight, ...progress }: Progress, response: ApiResponse): PipelineResult {
    const { selection, ...facts } = progress;
    if (story !== undefined) {
      const { cors } = selection?.stage.snapshot ?? {};
      const decision = cors && corsStep(facts.request, response, isPreflight ?? false);
      if (decision !== undefined) story.add(decision);
      story.add(responseStep(response, story));
      story.conclude(outcome(response, facts.failure));
    }
    const format = selection?.stage.accessLog?.format;
    if (format === undefined)
      return story === undefined ? { response } : { response, sent: () => story.end() };
    const { accessLog, apis } = this.parts;
    const { accountId } = apis;
    return {
      response,
      sent(latencyMs) {
        story?.end();
        accessLog.request(
          format,
          logVariables({
            failure: undefined,
            ...facts,
            accountId,
            stage: selection?.name ?? '',
            response,
            latencyMs,
          }),
        );
      },
    };
  }

  #logFailure(
    { apiId, method, path, requestId }: ApiRequest,
    selection: StageSelection | undefined,
    event: ApiEvent | undefined,
    error: unknown,
    status: number,
  ): void {
    const fields = {
      status,
      reason: whyFailed(error),
      method,
      path,
      routeKey: event?.route.routeKey,
      requestId,
      apiId,
      stage: selection?.name,
    };
    if (isRefusal(error)) this.parts.log.info(fields, 'request refused');
    else this.parts.log.warn(fields, 'integration failed');
  }
}

/** The part of a request's body that was received. */
export type RequestBody =
  /** `undefined` when there is none. */
  | { readonly kind: 'complete'; readonly bytes: Buffer | undefined }
  | { readonly kind: 'tooLarge' }
  /** The client left before it had sent all of it. */
  | { readonly kind: 'incomplete' };

/** A response, and what to do when it has been sent. */
export interface PipelineResult {
  readonly response: ApiResponse;
  /**
   * Writes the line of the access log and ends the record; absent without both.
   *
   * @param latencyMs from the request's headers to the response's last byte
   */
  readonly sent?: (latencyMs: number) => void;
}

/** How far a request has come. */
interface Progress {
  readonly request: ApiRequest;
  readonly selection: StageSelection | undefined;
  readonly event: ApiEvent | undefined;
  readonly call: CallFacts;
  readonly failure?: Failure;
  readonly story: Story | undefined;
  /** Whether the gateway itself responds to the preflight. */
  readonly isPreflight?: boolean;
}

function outcome({ status }: ApiResponse, failure: Failure | undefined): Outcome {
  if (failure === undefined) return { result: 'done', status };
  const { cause } = failure;
  return { result: isRefusal(cause) ? 'refused' : 'failed', status, reason: whyFailed(cause) };
}

/** A refusal is for the client to correct, a failure for the operator of the backend. */
const isRefusal = (error: unknown) => error instanceof HttpRequestError && !error.isFault;

/** @throws {HttpRequestError} the route has no integration */
function integrationOf({ routeKey, integration }: HttpRoute): HttpIntegration {
  if (integration !== undefined) return integration;
  const reason = `the route ${routeKey} has no integration`;
  throw new HttpRequestError(HTTP_RESPONSES.configuration, reason, { isFault: true });
}

/** @throws {HttpRequestError} it is too large or incomplete */
function receivedBody(body: RequestBody): Buffer | undefined {
  switch (body.kind) {
    case 'complete':
      return body.bytes?.length === 0 ? undefined : body.bytes;
    case 'tooLarge':
      throw refused('tooLarge', 'the body is over 10 MB');
    case 'incomplete':
      throw refused('badRequest', 'the client left before it had sent the whole body');
    default:
      return body satisfies never;
  }
}

const refused = (response: keyof typeof HTTP_RESPONSES, reason: string) =>
  new HttpRequestError(HTTP_RESPONSES[response], reason);
