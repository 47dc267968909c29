import { type Listener } from '../../aws/load-balancers.js';
import { type Check, type Finding, findings } from '../../check.js';
import { READ_VPC_LINK } from '../../permissions.js';

export const listener: Check = {
  id: 'listener',
  group: 'load-balancer',
  title: 'a listener serves the port of each integration',
  severity: 'problem',
  reason:
    'the port of the IntegrationUri selects the listener: 80 for http and 443 for https by default; the protocol of both has to be the same',
  fix: 'add a listener with this port and protocol (TCP for http, TLS for https, or TCP if the targets themselves speak TLS), or correct the IntegrationUri and deploy',
  section: '1',
  permissions: [...READ_VPC_LINK, 'elasticloadbalancing:DescribeListeners'],
  async run({ backend }) {
    const [integrations, arns] = await Promise.all([
      backend.privateIntegrations(),
      backend.loadBalancerArns(),
    ]);
    const listeners = (await Promise.all(arns.map((arn) => backend.listeners(arn)))).flat();
    const uris = [...new Set(integrations.flatMap(({ uri }) => originOf(uri) ?? []))];
    return findings(
      uris.flatMap((uri) => findingsFor(uri, listeners)),
      listeners.map(describe).join(', '),
    );
  },
};

function findingsFor(uri: string, listeners: readonly Listener[]): readonly Finding[] {
  const port = portOf(uri);
  const serving = listeners.find((each) => each.port === port);
  if (serving === undefined) {
    const others = listeners.map(describe).join(', ') || 'none';
    return [{ seen: `${uri} needs port ${port}; the listeners are: ${others}` }];
  }
  if (serving.protocol === 'TLS' && uri.startsWith('http:')) {
    return [{ seen: `${uri} is plain HTTP, and the listener of port ${port} is TLS` }];
  }
  return serving.protocol === 'TCP' || serving.protocol === 'TLS' || serving.protocol === 'TCP_UDP'
    ? []
    : [{ seen: `the listener of port ${port} is ${serving.protocol}` }];
}

/** `http://host:8080`; `undefined` for a URI that is no URL. */
const originOf = (uri: string | undefined): string | undefined => URL.parse(uri ?? '')?.origin;

function portOf(origin: string): number {
  const { port, protocol } = new URL(origin);
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

const describe = ({ port, protocol }: Listener) => `${protocol} ${port}`;
