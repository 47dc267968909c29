import { type GatewayEvent, type HeaderList, type Step } from './gateway-event.js';
import { maskSecrets } from './mask-secrets.js';
import { type KeptHeaders, type KeptStep, type Story } from './story.js';

export interface PublicForm {
  /** When the gateway started, of `performance.now()`. */
  readonly startedMs: number;
  readonly showsSecrets: boolean;
}

/** The form of an event that is read. */
export function publicEvent(story: Story, { startedMs, showsSecrets }: PublicForm): GatewayEvent {
  const { id, type, place, names, outcome } = story;
  const { apiId, stage, connectionId } = place;
  const { routeKey, requestId, messageId } = names;
  const event: GatewayEvent = {
    id,
    type,
    time: new Date(story.time).toISOString(),
    startedMs: rounded(story.startedMs - startedMs),
    durationMs: rounded(story.durationMs),
    ...(apiId !== undefined && { apiId }),
    ...(stage !== undefined && { stage }),
    ...(connectionId !== undefined && { connectionId }),
    ...(routeKey && { routeKey }),
    ...(requestId !== undefined && { requestId }),
    ...(messageId !== undefined && { messageId }),
    steps: story.steps.map(publicStep),
    ...(story.isCut && { isCut: true as const }),
    outcome,
  };
  return showsSecrets ? event : maskSecrets(event, story.variables);
}

function publicStep(step: KeptStep): Step {
  if (step.step === 'parameters') {
    const { direction, mappings, values, whyEmpty } = step;
    const parameters = mappings.map(({ text }, index) => {
      const reason = whyEmpty?.get(index);
      return {
        ...text,
        values: [values[index] ?? []].flat(),
        ...(reason !== undefined && { whyEmpty: reason }),
      };
    });
    return { step: 'parameters', ...(direction && { direction }), parameters };
  }
  if (step.step === 'integration_response') {
    return { ...step, latencyMs: rounded(step.latencyMs), headers: pairs(step.headers) };
  }
  // the type of a step with `headers` cannot be narrowed by the property alone
  return ('headers' in step && step.headers ? { ...step, headers: pairs(step.headers) } : step) as Step;
}

function pairs(headers: KeptHeaders): HeaderList {
  if (isList(headers)) {
    return headers.flatMap((name, index) =>
      index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : [],
    );
  }
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((item) => [name, String(item)] as const);
  });
}

const isList = (headers: KeptHeaders): headers is readonly string[] => Array.isArray(headers);

/** To microseconds. */
const rounded = (ms: number) => Math.round(ms * 1_000) / 1_000;
