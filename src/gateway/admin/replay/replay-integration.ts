import { type IntegrationClient } from '../../integrations/integration-client.js';
import { IntegrationFailedError, IntegrationTimedOutError } from '../../integrations/integration-errors.js';
import { type HttpRequest } from '../../integrations/integration-request.js';
import { requestStep, responseStep } from '../../integrations/recorded-call.js';
import { INTEGRATION_TIMEOUT_MS } from '../../silent/control-choices.js';
import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { type Recorder } from '../../recorder/recorder.js';
import { stepOf } from '../../story/step-of.js';
import { AdminProblem } from '../admin-problem.js';
import { changedRequest } from './changed-request.js';
import { type Changes } from './replay-command.js';

/**
 * Sends the HTTP request of an event to its integration again, to the same address unless the URL is changed. It is an
 * event of its own; its response goes to no client.
 *
 * @param masked the event as readers see it
 * @throws {AdminProblem} the event has no such request
 */
export async function replayIntegration(
  event: GatewayEvent,
  masked: GatewayEvent,
  changes: Changes,
  { recorder, integrations }: { readonly recorder: Recorder; readonly integrations: IntegrationClient },
): Promise<GatewayEvent> {
  const original = stepOf(event, 'integration_request');
  const seen = stepOf(masked, 'integration_request');
  if (original?.kind !== 'http' || seen?.kind !== 'http') {
    const kind = original === undefined ? 'no request to an integration' : `one of the kind ${original.kind}`;
    throw new AdminProblem(
      'not_replayable',
      `event ${event.id} has ${kind}: only HTTP requests can be sent again`,
    );
  }
  const { url: href, method, headers, body } = changedRequest(original, seen, changes);
  if (!URL.canParse(href))
    throw new AdminProblem('bad_request', `url is not a URL: it must be such as ${seen.url}`);
  const url = new URL(href);
  const target = stepOf(event, 'target');
  const request: HttpRequest = {
    kind: 'http',
    method,
    url,
    headers: headers.flat(),
    body,
    vpcLinkId: target?.vpcLinkId,
    timeoutMs: INTEGRATION_TIMEOUT_MS.max,
  };
  const { apiId, stage, connectionId, routeKey = '' } = event;
  const story = recorder.begin('replay', {
    ...(apiId !== undefined && { apiId }),
    ...(stage !== undefined && { stage }),
    ...(connectionId !== undefined && { connectionId }),
  });
  if (story === undefined)
    throw new AdminProblem('recording_off', 'the gateway was started with --record off');
  story.identify({ routeKey });
  story.add(requestStep(request, story));
  const startedAt = performance.now();
  // through a VPC link the address is another one than in the URL
  const isSameOrigin = url.origin === new URL(original.url).origin;
  try {
    const call = { routeKey, ...(connectionId !== undefined && { connectionId }) };
    const response = await integrations.call(request, call, isSameOrigin ? target?.origin : undefined);
    story.add(responseStep(response, performance.now() - startedAt, story));
    story.conclude({ result: 'done', status: response.status });
  } catch (error) {
    if (!(error instanceof IntegrationFailedError || error instanceof IntegrationTimedOutError)) throw error;
    story.add({ step: 'failure', reason: error.message });
    story.conclude({ result: 'failed', reason: error.message });
  }
  story.end();
  const [ended] = recorder.after(story.id - 1);
  if (ended === undefined)
    throw new AdminProblem('not_found', 'the record of the replay was evicted at once');
  return ended;
}
