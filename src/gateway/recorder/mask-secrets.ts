import {
  type Body,
  type GatewayEvent,
  type HeaderList,
  type RequestParameter,
  type Step,
} from './gateway-event.js';
import { MASK, PART_LENGTH, secretsHider } from './hide-secrets.js';
import { maskMembers, secretsOfMembers } from './mask-members.js';
import { looksSecret, looksSecretInQuery } from './secret-names.js';
import { type Variables } from './story.js';

/**
 * Masks the secrets of an event: the values of headers, query parameters, request parameters and JSON members whose
 * names look secret, the values of an authorizer's identity sources, and each of these values wherever else it occurs in
 * the event. Messages and bodies are otherwise unmodified.
 *
 * @param variables those with such a name are secret, too
 */
export function maskSecrets(event: GatewayEvent, variables: readonly Variables[] = []): GatewayEvent {
  const hide = secretsHider([
    ...variables.flatMap(secretsOfVariables),
    ...event.steps.flatMap((step) => secretsOf(step, event)),
    ...secretsOfUrls(event.outcome.reason ?? ''),
  ]);
  return {
    // its ids and names are not changed: a short secret may be the same word
    ...event,
    steps: mapTexts(
      event.steps.map((step) => maskByName(step, event)),
      hide,
    ),
    outcome: mapTexts(maskReason(event.outcome), hide),
  };
}

/** Texts that are secret wherever they occur in the event. */
function secretsOf(step: Step, { type }: GatewayEvent): readonly string[] {
  switch (step.step) {
    case 'client_request':
      return [
        ...(step.headers ?? []).flatMap(([name, value]) => secretsOfHeader(name, value)),
        ...queryOf(step.url).flatMap(([name, value]) => (looksSecretInQuery(name) ? [value] : [])),
        ...(type === 'control' && step.body ? secretsOfCommand(step.body, step.url) : []),
      ];
    case 'lambda_authorizer':
      return [
        // a route key or a stage is no secret
        ...step.identitySources.flatMap(({ source, values }) =>
          source.startsWith('$context.') ? [] : values,
        ),
        ...(step.request ? secretsOfMembers(step.request) : []),
        ...(step.response ? secretsOfMembers(step.response) : []),
      ];
    case 'jwt_authorizer':
      // with and without `Bearer`
      return step.identitySource.values.flatMap((value) => [value, ...value.split(/\s+/).slice(1)]);
    case 'integration_request':
      if (step.kind === 'lambda') return secretsOfMembers(step.body);
      return step.kind === 'mock' ? [] : secretsOfUrls(step.url);
    case 'failure':
      return secretsOfUrls(step.reason);
    case 'parameters':
      return step.parameters.flatMap((each) => (isSecretParameter(each) ? each.values : []));
    default:
      return [];
  }
}

const secretsOfVariables = (variables: Variables): readonly string[] =>
  Object.entries(variables).flatMap(([name, value = '']) => (looksSecret(lastName(name)) ? [value] : []));

function secretsOfHeader(name: string, value: string): readonly string[] {
  if (isSubProtocol(name)) return subProtocols(value).filter(isSecretSubProtocol);
  if (!looksSecret(name)) return [];
  // a signature is in no other place, and the list of signed headers is no secret
  if (value.startsWith('AWS4-')) return [value];
  // parts are secrets, too: the token of `Bearer TOKEN`, b and d of `a=b; c=d`; short ones are words such as `Basic`
  const parts = value.split(/[\s;,]+/).flatMap((part) => [part, part.slice(part.indexOf('=') + 1)]);
  return [value, ...parts.filter((part) => part.length >= PART_LENGTH)];
}

const isSecretParameter = ({ destination, source }: RequestParameter): boolean =>
  looksSecret(destination) ||
  (source.startsWith('route.request.querystring.') ? looksSecretInQuery : looksSecret)(lastName(source));

/** `route.request.querystring.token` → `token` */
const lastName = (source: string) => source.slice(source.lastIndexOf('.') + 1);

/** Clients offer tokens as sub-protocols, because a browser cannot set a header. */
const isSubProtocol = (name: string) => name.toLowerCase() === 'sec-websocket-protocol';
const subProtocols = (value: string) => value.split(',').map((item) => item.trim());
const isSecretSubProtocol = (item: string, index: number, all: readonly string[]) =>
  looksSecret(item) || item.length >= 40 || TOKEN_FOLLOWS.test(all[index - 1] ?? '') || JWT.test(item);
const TOKEN_FOLLOWS = /^(?:bearer|jwt|auth|authorization|(?:access[-_]?)?token)$/i;
const JWT = /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/;

function maskByName(step: Step, event: GatewayEvent): Step {
  switch (step.step) {
    case 'client_request':
      return {
        ...step,
        url: maskQuery(step.url),
        ...(step.headers && { headers: maskHeaders(step.headers) }),
        ...(step.body && { body: event.type === 'control' ? maskCommand(step.body, step.url) : step.body }),
      };
    case 'client_response': {
      const request = event.steps.find((each) => each.step === 'client_request');
      return {
        ...step,
        ...(step.headers && { headers: maskHeaders(step.headers) }),
        ...(step.body && {
          body: event.type === 'control' ? maskCommand(step.body, request?.url ?? '') : step.body,
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
          return { ...step, url: maskUrls(step.url), headers: maskHeaders(step.headers) };
        case 'lambda':
          return { ...step, body: maskMembers(step.body) };
        case 'mock':
          return step;
      }
      return step satisfies never;
    case 'integration_response':
      return { ...step, headers: maskHeaders(step.headers) };
    case 'failure':
      return maskReason(step);
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
          .map((item, index, all) => (isSecretSubProtocol(item, index, all) ? MASK : item))
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
    return pair.includes('=') && looksSecretInQuery(decoded(encodedName)) ? `${encodedName}=${MASK}` : pair;
  });
  return `${path}?${pairs.join('&')}`;
}

/** Masks the secrets of all absolute URLs in a text: user and password, and query parameters by name. */
const maskUrls = (text: string): string =>
  text
    .replaceAll(USER, `$1${MASK}`)
    .replaceAll(QUERY_PARAMETER, (whole, start: string, name: string) =>
      looksSecretInQuery(decoded(name)) ? `${start}${MASK}` : whole,
    );

function secretsOfUrls(text: string): readonly string[] {
  const users = [...text.matchAll(USER)].flatMap(([, , user = '']) => [
    user,
    user.slice(user.indexOf(':') + 1),
  ]);
  const values = [...text.matchAll(QUERY_PARAMETER)].flatMap(([, , name = '', value = '']) =>
    looksSecretInQuery(decoded(name)) ? [value] : [],
  );
  return [...users, ...values].flatMap((secret) => [secret, decoded(secret)]);
}

const USER = /(:\/\/)([^\s"'\\/?#@]+)(?=@)/g;
const QUERY_PARAMETER = /([?&]([^\s"'\\?&#=]+)=)([^\s"'\\?&#]+)/g;

const maskReason = <T extends { readonly reason?: string }>(value: T): T =>
  value.reason === undefined ? value : { ...value, reason: maskUrls(value.reason) };

const queryOf = (url: string) => [...new URLSearchParams(url.split(/\?(.*)/s)[1])];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // it is cut off, or not valid
    return text;
  }
}

/** The body of a request to the control plane, or of its response. */
function maskCommand(body: Body, url: string): Body {
  if (isImport(url)) return { ...body, text: MASK };
  const { text } = maskMembers(body, url);
  return { ...body, text: maskUrls(text) };
}

function secretsOfCommand(body: Body, url: string): readonly string[] {
  // keys in CSV
  if (isImport(url)) return body.text.split(/[\s,"]+/).filter((part) => part.length >= PART_LENGTH);
  return [...secretsOfMembers(body, url), ...secretsOfUrls(body.text)];
}

const isImport = (url: string) => /^\/apikeys\/?\?(.*&)?mode=import(&|$)/.test(url);

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
