import { type Check, type Finding, findings, skip } from '../../check.js';
import { type Facts } from '../../facts/facts.js';
import { dnsSuffix } from '../../facts/target.js';
import { READ_TASK_DEFINITIONS } from '../../permissions.js';

export const endpoint: Check = {
  id: 'callback-endpoint',
  group: 'callbacks',
  title: 'the backend posts to this API and stage',
  severity: 'problem',
  reason:
    'a callback to another API gets 400 Invalid connectionId, and one without the stage 403: the endpoint is the URL up to the stage',
  fix: 'set WS_API_ENDPOINT of the service to https://{api}.execute-api.{region}.amazonaws.com/{stage}, or to a custom domain name that is mapped to the stage',
  section: '15',
  permissions: [...READ_TASK_DEFINITIONS, 'apigateway:GET /domainnames'],
  async run(facts) {
    const containers = (await facts.backend.taskDefinitions()).flatMap((task) => task.containers);
    const set = containers.flatMap(({ name, environment: { WS_API_ENDPOINT: url } }) =>
      url === undefined ? [] : [{ name, url }],
    );
    const allowed = await endpointsOf(facts);
    if (set.length === 0) return skip('no container has the setting WS_API_ENDPOINT of backchannel-service');
    return findings(
      set
        .filter(({ url }) => !allowed.includes(normalised(url)))
        .map(({ name, url }): Finding => ({
          seen: `${name} posts to ${url}, which is not ${allowed.join(' or ')}`,
        })),
      set.map(({ url }) => url).join(', '),
    );
  },
};

async function endpointsOf({ api, target }: Facts): Promise<readonly string[]> {
  const { apiId, region, stageName, caller } = target;
  const domains = await api.domainNames();
  return [
    `https://${apiId}.execute-api.${region}.${dnsSuffix(caller.partition)}/${stageName}`,
    ...domains.flatMap(({ name, mappings }) =>
      mappings
        .filter(({ stage }) => stage === stageName)
        .map(({ path }) => `https://${name}${path === '' ? '' : `/${path}`}`),
    ),
  ];
}

/** As the service reads it: `wss:` and a pasted `/@connections` are accepted. */
const normalised = (url: string) =>
  url
    .replace(/^wss:/, 'https:')
    .replace(/\/@connections.*$/, '')
    .replace(/\/+$/, '');
