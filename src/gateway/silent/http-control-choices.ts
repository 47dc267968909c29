import { type ChoiceTable } from './choice-table.js';

/** Payload of an `HTTP_PROXY` integration that names none. The model calls the field required, and allows only this. */
export const HTTP_PROXY_PAYLOAD = '1.0';

/** Method of a Lambda integration that names none (H12.05). Another one is stored: it has no effect. */
export const FUNCTION_METHOD = 'POST';

/** Seconds that the result of a Lambda authorizer is valid, if the request has no number (H9.17: sources conflict). */
export const AUTHORIZER_TTL_SECONDS = 300;

/**
 * Whether a text may be the issuer of a JWT authorizer. AWS allows https only (H9.14); an issuer on this machine may have
 * plain http.
 */
export function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'https:') return text.startsWith('https://');
  return protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Error texts of which no recording is known. */
export const HTTP_TEXTS = {
  /** 400; in the form of AWS's text for WebSocket APIs. */
  webSocketOnly: (field: string) => `${field} cannot be set for HTTP protocol Apis.`,
  /** 400; as remembered from AWS. */
  routeKey:
    'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
  /** 400; H2.03 says only that it is refused. */
  trailingSlash: (routeKey: string) => `Invalid route key '${routeKey}': only the root path may end with /`,
  /** 400; H2.04. */
  greedyPart: (part: string) => `Invalid route key: ${part} must be the last part of the path`,
  /** 409; H2.05. */
  routeExists: (routeKey: string) => `Route with key ${routeKey} already exists for this API`,
  /** 400; H8.21. The beginning is AWS's (H8.03). */
  mapping: 'Invalid mapping expression specified: Validation Result: warnings : [], errors : ',
  /** 400; the beginning is AWS's (H7.04). */
  selection: 'Invalid selection expression specified: Validation Result: warnings : [], errors : ',
  /** 400; H1.15. */
  mixedDomain: (name: string) =>
    `The domain name ${name} has mappings of the other protocol: WebSocket APIs cannot share one with HTTP APIs`,
  /** 400; H12.04. */
  managed: (resource: string) =>
    `${resource} is managed by API Gateway, because the API was created with a Target`,
  /** 400; H1.02. */
  noUsagePlan: (apiId: string) => `${apiId} is an HTTP protocol Api: it cannot have usage plans.`,
  /** 400; H12.04. */
  notManaged: 'Target, RouteKey and CredentialsArn change only an API that was created with a Target',
  /** 400; H7.04 has a text for one case only. */
  subtypeParameters: (subtype: string, problem: string) =>
    `Invalid parameters for the integration subtype ${subtype}: ${problem}`,
} as const;

/**
 * A map of mappings after an update: the others stay, and a key with an empty string is removed (H8.12), also one of
 * `remove:…`. A `remove:…` that a creation has stored with an empty string stays.
 */
export const mergeMappings = (
  current: Readonly<Record<string, string>> | undefined,
  changes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ ...current, ...changes }).filter(
      ([key]) => !(Object.hasOwn(changes, key) && changes[key] === ''),
    ),
  );

/** The same for response parameters, by status: an empty object removes those of a status (H8.12). */
export const mergeResponseMappings = (
  current: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined,
  changes: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const merged = Object.entries(changes).map(([status, mappings]) => {
    const isRemoval = Object.keys(mappings).length === 0;
    return [status, isRemoval ? {} : mergeMappings(current?.[status], mappings)] as const;
  });
  return Object.fromEntries(
    Object.entries({ ...current, ...Object.fromEntries(merged) }).filter(
      ([, mappings]) => Object.keys(mappings).length > 0,
    ),
  );
};

/** Choices about the control plane of HTTP APIs, where AWS is silent or contradicts itself. */
export const HTTP_CONTROL_CHOICES: ChoiceTable = {
  title: 'Control plane of HTTP APIs',
  rows: [
    {
      question: '`HTTP_PROXY` without a `PayloadFormatVersion`',
      choice: '1.0',
      because: 'no other is allowed',
    },
    {
      question: 'a Lambda integration with another method than POST',
      choice: 'stored, without effect',
      because: 'no recording',
    },
    {
      question: '`PassthroughBehavior`',
      choice: 'ignored',
      because: 'it would have no effect, and templates for WebSocket APIs carry it over',
    },
    {
      question: 'other fields and resources of WebSocket APIs; a usage plan for an HTTP API',
      choice: '400',
      because: 'they would have no effect',
    },
    {
      question: '`remove:…` with an empty value',
      choice: 'stored by a creation, deletes the mapping in an update',
      because: "the guide's rule for updates",
    },
    {
      question: '`UpdateIntegration` to `INTERNET`; `UpdateRoute` to a type without authorizer',
      choice: 'drops `ConnectionId` and `TlsConfig`; `AuthorizerId` and scopes',
      because: 'they could not be removed otherwise',
    },
    {
      question: "`TlsConfig` without `VPC_LINK`; scopes or `AuthorizerId` without an authorizer's type",
      choice: '400',
      because: 'they would have no effect',
    },
    {
      question: "values of a subtype's parameters",
      choice: 'only their variables are checked, and that `MessageAttributes` is a variable or JSON with one',
      because: 'one refusal is recorded, and JSON with a variable is used in public templates',
      where: 'control/http/service-parameters.ts',
    },
    {
      question: '`AuthorizerResultTtlInSeconds` omitted',
      choice: '300',
      because: 'sources conflict; the CDK writes 300',
    },
    {
      question: 'whether the issuer of a JWT authorizer can be reached; an issuer with plain `http://`',
      choice: 'not checked when it is created, seen with the first token; allowed on this machine',
      because: 'AWS refuses both, but a template must load offline and before its issuer runs',
      where: 'control/http/http-authorizers.ts',
    },
    {
      question: 'deleting an integration that was created with a `Target`; changing the key of its route',
      choice: '400',
      because: 'documented as managed',
    },
    {
      question: 'a VPC link',
      choice: '`PENDING` in the response to its creation, then `AVAILABLE`',
      because: 'it leads to `--target`',
      where: 'control/http/http-vpc-links.ts',
    },
    {
      question: 'filters of a Cloud Map URI',
      choice: 'no effect if no address of the target has attributes',
      because: 'one local process may stand for all instances',
      where: 'integrations/target-pool.ts',
    },
    {
      question: 'WebSocket and HTTP APIs behind one domain name',
      choice: '400',
      because: 'documented, text unknown',
    },
  ],
};
