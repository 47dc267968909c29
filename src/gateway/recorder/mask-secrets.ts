import {
  type Body,
  type GatewayEvent,
  type HeaderList,
  type RequestParameter,
  type Step,
} from './gateway-event.js';
import { MASK, PART_LENGTH, secretsHider } from './hide-secrets.js';

/**
 * Masks the secrets of an event: the values of headers, query parameters, request parameters and JSON members whose
 * names look secret, the values of an authorizer's identity sources, and each of these values wherever else it occurs in
 * the event. Messages and bodies are otherwise unmodified.
 */
export function maskSecrets(event: GatewayEvent): GatewayEvent {
  const hide = secretsHider(event.steps.flatMap(secretsOf));
  return {
    // its ids and names are not changed: a short secret may be the same word
    ...event,
    steps: mapTexts(
      event.steps.map((step) => maskByName(step, event)),
      hide,
    ),
    outcome: mapTexts(event.outcome, hide),
  };
}

/** Whether the name of a header, a parameter or a variable says that its value is secret. */
function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name);
}

const SECRET_NAME =
  /token|secret|passw|pwd$|authorization$|cookie|api[-_]?key|identifierkey|credential|signature|jwt|session[-_]?id/i;
const NO_SECRET_NAME = /^identity$|key[-_]?(?:id|ids|required|source|selectionexpression)$/i;

/** Texts that are secret wherever they occur in the event. */
function secretsOf(step: Step): readonly string[] {
  switch (step.step) {
    case 'client_request':
      return [
        ...(step.headers ?? []).flatMap(([name, value]) => secretsOfHeader(name, value)),
        ...queryOf(step.url).flatMap(([name, value]) => (looksSecret(name) ? [value] : [])),
      ];
    case 'lambda_authorizer':
      return step.identitySources.flatMap(({ values }) => values);
    case 'parameters':
      return step.parameters.flatMap((each) => (isSecretParameter(each) ? each.values : []));
    default:
      return [];
  }
}

function secretsOfHeader(name: string, value: string): readonly string[] {
  if (isSubProtocol(name)) return subProtocols(value).filter(isSecretSubProtocol);
  if (!looksSecret(name)) return [];
  // a signature is in no other place, and the list of signed headers is no secret
  if (value.startsWith('AWS4-')) return [value];
  // of `Bearer TOKEN` also the token, of `a=b; c=d` also b and d
  // shorter parts are words such as `Basic`
  const parts = value.split(/[\s;,]+/).flatMap((part) => [part, part.slice(part.indexOf('=') + 1)]);
  return [value, ...parts.filter((part) => part.length >= PART_LENGTH)];
}

const isSecretParameter = ({ destination, source }: RequestParameter): boolean =>
  looksSecret(destination) || looksSecret(lastName(source));

/** `route.request.querystring.token` → `token` */
const lastName = (source: string) => source.slice(source.lastIndexOf('.') + 1);

/** Clients offer tokens as sub-protocols, because a browser cannot set a header. */
const isSubProtocol = (name: string) => name.toLowerCase() === 'sec-websocket-protocol';
const subProtocols = (value: string) => value.split(',').map((item) => item.trim());
const isSecretSubProtocol = (item: string) => looksSecret(item) || item.length >= 40;

function maskByName(step: Step, event: GatewayEvent): Step {
  switch (step.step) {
    case 'client_request':
      return {
        ...step,
        url: maskQuery(step.url),
        ...(step.headers && { headers: maskHeaders(step.headers) }),
        ...(step.body && { body: event.type === 'control' ? maskMembers(step.body, step.url) : step.body }),
      };
    case 'client_response': {
      const request = event.steps.find((each) => each.step === 'client_request');
      return {
        ...step,
        ...(step.headers && { headers: maskHeaders(step.headers) }),
        ...(step.body && {
          body: event.type === 'control' ? maskMembers(step.body, request?.url ?? '') : step.body,
        }),
      };
    }
    case 'lambda_authorizer':
      return {
        ...step,
        ...(step.request && { request: maskMembers(step.request) }),
        ...(step.response && { response: maskMembers(step.response) }),
      };
    case 'parameters':
      return { ...step, parameters: step.parameters.map(maskParameter) };
    case 'integration_request':
      switch (step.kind) {
        case 'http':
        case 'aws':
          return { ...step, url: maskQuery(step.url), headers: maskHeaders(step.headers) };
        case 'lambda':
          return { ...step, body: maskMembers(step.body) };
        case 'mock':
          return step;
      }
      return step satisfies never;
    case 'integration_response':
      return { ...step, headers: maskHeaders(step.headers) };
    default:
      return step;
  }
}

const maskHeaders = (headers: HeaderList): HeaderList =>
  headers.map(([name, value]) => {
    if (isSubProtocol(name)) {
      return [
        name,
        subProtocols(value)
          .map((item) => (isSecretSubProtocol(item) ? MASK : item))
          .join(', '),
      ];
    }
    return [name, looksSecret(name) ? MASK : value];
  });

function maskParameter(parameter: RequestParameter): RequestParameter {
  if (!isSecretParameter(parameter)) return parameter;
  const { source, values } = parameter;
  return {
    ...parameter,
    source: source.startsWith("'") ? `'${MASK}'` : source,
    values: values.map(() => MASK),
  };
}

/** @param url path and query, or absolute */
function maskQuery(url: string): string {
  const [path = '', query] = url.split(/\?(.*)/s);
  if (query === undefined) return url;
  const pairs = query.split('&').map((pair) => {
    const [encodedName = ''] = pair.split('=');
    return pair.includes('=') && looksSecret(decoded(encodedName)) ? `${encodedName}=${MASK}` : pair;
  });
  return `${path}?${pairs.join('&')}`;
}

const queryOf = (url: string) => [...new URLSearchParams(url.split(/\?(.*)/s)[1])];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Masks the strings of JSON members whose names look secret. Not by parsing: the text may be cut.
 *
 * @param url of a request to the control plane, where the `value` of an API key is a secret
 */
function maskMembers(body: Body, url = ''): Body {
  const isApiKey = url.startsWith('/apikeys');
  const text = body.text.replaceAll(
    STRING_OR_MEMBER,
    (whole, name: string, colon?: string, value?: string) => {
      if (value === undefined || !(looksSecret(name) || (isApiKey && name === 'value'))) return whole;
      return `"${name}"${colon}${value.startsWith('[') ? `["${MASK}"]` : `"${MASK}"`}`;
    },
  );
  return { ...body, text };
}

/**
 * A string, with the value that follows it if it is the name of a member whose value is a string or a list without inner
 * lists. Any of them may be cut off. Each alternative that could fail at the end of the text matches there instead, so that
 * nothing is read twice.
 */
const STRING_OR_MEMBER =
  /"((?:[^"\\]|\\(?:.|$))*)(?:$|"(?:(\s*:\s*)("(?:[^"\\]|\\(?:.|$))*(?:"|$)|\[[^[\]]*(?:\]|$))?)?)/gs;

/** Words of the record itself. */
const OWN_MEMBERS: ReadonlySet<string> = new Set([
  'step',
  'kind',
  'direction',
  'decision',
  'method',
  'routeKey',
  'result',
]);

function mapTexts<T>(value: T, change: (text: string) => string): T;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      OWN_MEMBERS.has(name) ? member : mapTexts(member, change),
    ]),
  );
}
