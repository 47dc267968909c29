import { contextVariables } from './context-variables.js';

/** The `$context` variable whose name differs from that one only in case, as `connectionId` from `connectionID`. */
export function similarVariable(name: string): string | undefined {
  if (NAMES.includes(name)) return undefined;
  return NAMES.find((known) => known.toLowerCase() === name.toLowerCase());
}

/** The names that every event may have; an authorizer adds others. */
const NAMES: readonly string[] = Object.keys(
  contextVariables({
    apiId: '',
    stage: '',
    domainName: '',
    connectionId: '',
    connectedAt: 0,
    sourceIp: '',
    userAgent: undefined,
    authorized: {},
    gatewayIp: '',
    eventType: 'MESSAGE',
    routeKey: '',
    requestId: '',
    requestTime: 0,
  }),
);
