import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { readGatewayUrl } from './gateway-url.js';

/** A gateway that responds later is too busy to be healthy. */
const TIMEOUT_MS = 3_000;

/** `health [URL]`: for the health check of a container. */
export const healthCommand = defineCommand(
  {
    name: 'health',
    operands: '[URL]',
    summary: 'asks a running gateway whether it serves requests',
    flags: {},
    notes: `Without a URL it asks the port GATEWAY_PORT (8080) of this machine. An https URL needs a certificate that
Node.js trusts: NODE_EXTRA_CA_CERTS.`,
    exitCodes: { 0: 'healthy', 1: 'not healthy, no response within 3 s, or the command line is wrong' },
  },
  async ({ operands }, { env, write }) => {
    const [url, ...others] = operands;
    if (others.length > 0) throw new UsageError('health takes one URL');
    const resource = new URL('/_gateway/health', readGatewayUrl(url, env));
    try {
      const response = await fetch(resource, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const { status } = (await response.json()) as { readonly status?: unknown };
      write(`${resource.href}: ${response.status} ${String(status)}\n`);
      return response.ok && status === 'ok' ? 0 : 1;
    } catch (error) {
      write(`${resource.href}: ${reasonOf(error as Error)}\n`);
      return 1;
    }
  },
);

/** fetch has the reason in the cause. */
const reasonOf = ({ name, message, cause }: Error): string => {
  if (name === 'TimeoutError') return `no response within ${TIMEOUT_MS} ms`;
  if (!(cause instanceof Error)) return message;
  // several addresses were tried
  const [first] = cause instanceof AggregateError ? (cause.errors as readonly Error[]) : [cause];
  return (first ?? cause).message;
};
