import { type EventFacts } from './context-variables.js';
import { type Source } from './request-parameters.js';
import { similarVariable } from './similar-variable.js';

/** Why a source of a declared parameter has no value for an event. */
export function whyNoValue(
  source: Source,
  { eventType }: Pick<EventFacts, 'eventType'>,
  message: { readonly json: unknown } | undefined,
): string {
  switch (source.kind) {
    case 'literal':
      return 'it is empty';
    case 'context': {
      const similar = similarVariable(source.name);
      return similar === undefined
        ? `a ${eventType} has no context.${source.name}`
        : `there is no context.${source.name}; did you mean context.${similar}?`;
    }
    case 'stageVariable':
      return `the stage has no variable ${source.name}`;
    case 'body':
      if (message === undefined) return `a ${eventType} has no body`;
      return message.json === undefined ? 'the body is not JSON' : 'the body has no value at that path';
    case 'handshake':
      if (eventType !== 'CONNECT') return ONLY_CONNECT;
      return `the client sends no such ${source.location === 'header' ? 'header' : 'query-string parameter'}`;
  }
}

/** A source in the handshake is used on another route. */
const ONLY_CONNECT = 'only $connect has the headers and the query string of the client';
