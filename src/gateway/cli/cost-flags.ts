import { PRICE_REGION } from '../prices.js';
import { type Flags, type FlagValues } from './flags.js';

/** The flags of `cost`. */
export const COST_FLAGS = {
  connections: { kind: 'text', value: 'N', help: 'connections that are open all the time; required' },
  'messages-per-minute': {
    kind: 'text',
    value: 'M',
    help: 'messages that are published each minute, by all clients and backends together; required',
  },
  size: { kind: 'text', value: 'SIZE', preset: '1kb', help: 'size of a message: 200, 1kb, up to 128kb' },
  'fan-out': {
    kind: 'text',
    value: 'F',
    preset: 'all connections',
    help: 'connections that receive each message',
  },
  publishers: {
    kind: 'text',
    value: 'clients|backends',
    choices: ['clients', 'backends'],
    preset: 'clients',
    help: 'who publishes: messages of clients pass API Gateway, those of backends do not',
  },
  replies: {
    kind: 'text',
    value: 'none|callback|response',
    choices: ['none', 'callback', 'response'],
    preset: 'none',
    help: 'how clients receive a reply to each message that they publish',
  },
  'heartbeat-seconds': {
    kind: 'text',
    value: 'S',
    help: 'time between two heartbeats of a client, each of which has a reply (60 in backchannel-client)',
  },
  'messages-per-post': {
    kind: 'text',
    value: 'K',
    preset: '1',
    help: 'messages to one connection that are sent as one',
  },
  template: {
    kind: 'text',
    value: 'FILE',
    help: 'CloudFormation template: adds its load balancers, NAT gateways, Fargate tasks, store, logs and alarms',
  },
  parameter: { kind: 'map', value: 'NAME=VALUE', help: 'parameter of the template' },
  tasks: { kind: 'text', value: 'N', help: 'number of tasks, in place of the smallest one of the template' },
  region: { kind: 'text', value: 'REGION', preset: PRICE_REGION, help: 'the Region of the prices' },
  price: {
    kind: 'map',
    value: 'NAME=DOLLARS',
    help: 'another price, such as message=1.14 (for a million) or nat-gateway-hour=0.048; --json lists the names',
  },
  json: { kind: 'switch', help: 'prints the lines, the savings and the prices with their sources as JSON' },
  markdown: { kind: 'switch', help: 'prints a table for a document' },
} as const satisfies Flags;

export type CostValues = FlagValues<typeof COST_FLAGS>;
