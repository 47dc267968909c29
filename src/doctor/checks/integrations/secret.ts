import { type Check, type Finding, findings, skip } from '../../check.js';
import { isHttp, nameOf, type UsedIntegration } from '../../facts/api-facts.js';
import { READ_API } from '../../permissions.js';

/** A literal of at least this many characters may be a secret; a shorter one is a constant, such as `'0'`. */
const SECRET_CHARACTERS = 16;

export const secret: Check = {
  id: 'gateway-secret',
  group: 'integrations',
  title: 'the backend can tell API Gateway from others',
  severity: 'warning',
  reason:
    'everything that reaches the load balancer can send the headers that API Gateway maps, also a ConnectionId, unless one of them is a secret that only API Gateway knows',
  fix: "map the same secret on each integration, integration.request.header.GatewaySecret='SECRET' with the single quotes, let the backend refuse requests without it, and deploy",
  section: '23',
  permissions: READ_API,
  async run({ api }) {
    const http = (await api.usedIntegrations()).filter(isHttp);
    if (http.length === 0) return skip('no integration calls an HTTP backend');
    const keys = new Set(http.flatMap((integration) => Object.keys(secretsOf(integration))));
    if (keys.size === 0) {
      return findings([{ seen: 'no integration maps a secret: no literal of 16 characters or more' }], '');
    }
    // the values are compared, and never shown
    const found = [...keys].flatMap((key) => findingsFor(key, http));
    return findings(
      found,
      `${[...keys].map(headerName).join(', ')} on ${http.length} of ${http.length} integrations`,
    );
  },
};

function findingsFor(key: string, http: readonly UsedIntegration[]): readonly Finding[] {
  const missing = http.filter(({ parameters }) => parameters[key] === undefined);
  const values = new Set(http.flatMap((integration) => secretsOf(integration)[key] ?? []));
  return [
    ...missing.map((integration): Finding => ({
      severity: 'problem',
      seen: `${nameOf(integration)} does not map ${headerName(key)}, which others do`,
    })),
    ...(values.size > 1
      ? [{ severity: 'problem' as const, seen: `${headerName(key)} has ${values.size} different values` }]
      : []),
  ];
}

const secretsOf = ({ parameters }: UsedIntegration): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(parameters).filter(
      ([key, value]) =>
        key.startsWith('integration.request.header.') &&
        /^'[^']*'$/.test(value) &&
        value.length >= SECRET_CHARACTERS + 2,
    ),
  );

const headerName = (key: string) => key.replace('integration.request.header.', '');
