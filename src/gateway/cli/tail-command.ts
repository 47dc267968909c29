import { formatStory } from '../story/format-story.js';
import { hasFailed } from '../story/event-text.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { readEvents } from '../remote/event-source.js';
import { readGatewayUrl } from './gateway-url.js';

/** `tail [URL]`: for a terminal, and for the log of a CI job. */
export const tailCommand = defineCommand(
  {
    name: 'tail',
    operands: '[URL]',
    summary: 'prints what a running gateway has recorded, and what happens from now on',
    flags: {
      connection: { kind: 'text', value: 'ID', help: 'only events of this connection' },
      route: { kind: 'text', value: 'KEY', help: 'only events of this route, such as $default' },
      failed: { kind: 'switch', help: 'only what failed, was refused or was lost' },
      'admin-token': {
        kind: 'text',
        value: 'TOKEN',
        variable: 'GATEWAY_ADMIN_TOKEN',
        help: "the gateway's admin token, if it needs one",
      },
    },
    notes: `Without a URL it reads from the port GATEWAY_PORT (8080) of this machine. It ends when the gateway stops.`,
    exitCodes: {
      0: 'the gateway stopped',
      1: 'it cannot be reached or refuses, or the command line is wrong',
    },
  },
  async ({ values, operands }, { env, write }) => {
    const [url, ...others] = operands;
    if (others.length > 0) throw new UsageError('tail takes one URL');
    const { connection, route, failed = false } = values;
    const events = readEvents({
      url: readGatewayUrl(url, env),
      adminToken: values['admin-token'] ?? (env.GATEWAY_ADMIN_TOKEN || undefined),
      filter: {
        ...(connection !== undefined && { connectionId: connection }),
        ...(route !== undefined && { routeKey: route }),
      },
    });
    for await (const event of events) {
      if (!failed || hasFailed(event)) write(`${formatStory(event)}\n`);
    }
    return 0;
  },
);
