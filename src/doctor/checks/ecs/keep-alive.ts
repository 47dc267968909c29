import { type Check, findings, skip } from '../../check.js';

/** The TCP idle timeout of a network load balancer, by default. */
const NLB_IDLE_SECONDS = 350;

const TIMEOUT_MS = 5_000;

export const keepAlive: Check = {
  id: 'keep-alive',
  group: 'ecs',
  title: 'the backend keeps idle connections longer than the load balancer',
  severity: 'warning',
  reason:
    'a server that closes idle connections first closes one now and then in the moment in which API Gateway sends a request on it: a single 500 while everything is healthy',
  fix: 'set the keep-alive timeout of the server above 350 s: in Node.js server.keepAliveTimeout = 355_000',
  section: '25',
  permissions: [],
  async run({ target: { serviceUrl } }) {
    if (serviceUrl === undefined) return skip('needs --service-url, the backend as this machine reaches it');
    const header = await keepAliveHeader(serviceUrl);
    if (header instanceof Error) {
      const cause = header.cause instanceof Error ? header.cause.message : header.message;
      return skip(`${serviceUrl.href} cannot be reached from this machine: ${cause}`);
    }
    const [, seconds] = /timeout=(\d+)/.exec(header ?? '') ?? [];
    if (seconds === undefined) return skip(`${serviceUrl.href} does not say its keep-alive timeout`);
    const seen = `${serviceUrl.href} keeps idle connections for ${seconds} s`;
    return findings(Number(seconds) <= NLB_IDLE_SECONDS ? [{ seen }] : [], seen);
  },
};

async function keepAliveHeader(url: URL): Promise<string | null | Error> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return response.headers.get('keep-alive');
  } catch (error) {
    return error as Error;
  }
}
