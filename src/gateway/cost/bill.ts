import { type CostLine, monthlyCost } from '../meter/usage.js';
import { costOf, type Price, type PriceName, PRICES } from '../prices.js';
import { dollarsText, numberText } from './numbers.js';
import { type StackParts, type Tasks } from './stack-parts.js';
import { MONTH_HOURS, type Traffic, trafficOf, type Workload } from './workload.js';

/** One line of a month's bill. */
export interface BillLine extends CostLine {
  /** How the amount and the dollars are calculated. */
  readonly arithmetic: string;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly dollars: number;
}

export type Prices = Readonly<Record<PriceName, Price>>;

/**
 * What a month costs.
 *
 * @param parts of the template; without it, API Gateway alone
 */
export function billOf(workload: Workload, parts: StackParts | undefined, prices: Prices = PRICES): Bill {
  const traffic = trafficOf(workload);
  const lines = [
    ...apiLines(workload, traffic, prices),
    ...(parts === undefined ? [] : stackLines(workload, traffic, parts, prices)),
  ].filter(({ amount }) => amount > 0);
  return { lines, dollars: lines.reduce((sum, { dollars }) => sum + dollars, 0) };
}

function apiLines({ connections }: Workload, traffic: Traffic, prices: Prices): readonly BillLine[] {
  const { usage, minutes } = traffic;
  const [messages, connectionMinutes] = monthlyCost(usage, 1, prices);
  const metered = [
    [usage.messagesIn, 'from clients'] as const,
    [usage.messagesOut, 'to clients'] as const,
  ].filter(([amount]) => amount > 0);
  const sum = metered.map(([amount, direction]) => `${numberText(amount)} ${direction}`).join(' + ');
  return [
    {
      ...connectionMinutes!,
      arithmetic: `${numberText(connections)} × ${numberText(minutes)}, ${priceText(prices['connection-minute'])}`,
    },
    { ...messages!, arithmetic: `${sum}, ${priceText(prices.message)}` },
    line('data to clients', gigabytes(traffic.bytesToClients), prices['data-out'], 'GB'),
  ];
}

function stackLines(
  workload: Workload,
  traffic: Traffic,
  parts: StackParts,
  prices: Prices,
): readonly BillLine[] {
  const { posts, fromClients, connects } = traffic;
  // $connect and $disconnect; responses of the integration are in the exchange
  const requests = fromClients + 2 * connects;
  const inbound = gigabytes(traffic.bytesFromClients + requests * REQUEST_BYTES);
  const outbound = gigabytes(traffic.bytesOfPosts + posts * POST_BYTES);
  const logged = requests + posts;
  const taskLines = traffic.published + 2 * connects;
  const each = (name: string, count: number, price: Price) => line(name, count, price, '');
  return [
    line(
      'load balancer',
      parts.loadBalancers * MONTH_HOURS,
      prices['load-balancer-hour'],
      `h (${parts.loadBalancers} × ${MONTH_HOURS})`,
    ),
    line(
      'load balancer, capacity units',
      parts.loadBalancers > 0 ? inbound : 0,
      prices['load-balancer-unit-hour'],
      `GB: ${numberText(requests)} requests of ${numberText(REQUEST_BYTES)} bytes and the message`,
    ),
    ...parts.tasks.map((tasks) => taskLine(tasks, prices)),
    line(
      'NAT gateways',
      parts.natGateways * MONTH_HOURS,
      prices['nat-gateway-hour'],
      `h (${parts.natGateways} × ${MONTH_HOURS})`,
    ),
    line(
      'NAT gateways, callbacks',
      parts.natGateways > 0 ? outbound : 0,
      prices['nat-gateway-data'],
      `GB: ${numberText(posts)} posts of ${numberText(POST_BYTES)} bytes and the message`,
    ),
    line(
      'public IPv4 addresses',
      parts.publicAddresses * MONTH_HOURS,
      prices['public-address-hour'],
      `h (${parts.publicAddresses} × ${MONTH_HOURS})`,
    ),
    line(
      'access log',
      parts.hasAccessLog ? gigabytes(logged * LOG_LINE_BYTES) : 0,
      prices['log-data'],
      `GB: ${numberText(logged)} lines of ${LOG_LINE_BYTES} bytes`,
    ),
    line(
      'log of the tasks',
      parts.hasTaskLog ? gigabytes(taskLines * TASK_LINE_BYTES) : 0,
      prices['log-data'],
      `GB: ${numberText(taskLines)} lines of ${TASK_LINE_BYTES} bytes, estimated`,
    ),
    ...(parts.valkeyCaches > 0 ? valkeyLines(workload, traffic, prices) : []),
    ...(parts.dynamoDbTables > 0 ? dynamoDbLines(workload, traffic, prices) : []),
    each('secrets', parts.secrets, prices.secret),
    each('encryption keys', parts.keys, prices['kms-key']),
    each('alarms', parts.alarmMetrics, prices.alarm),
    each('metrics from logs', parts.metrics, prices.metric),
    each('dashboards', parts.dashboards, prices.dashboard),
  ];
}

function taskLine({ count, vCpus, memoryGb, isArm }: Tasks, prices: Prices): BillLine {
  const cpu = prices[isArm ? 'fargate-arm-cpu-hour' : 'fargate-cpu-hour'];
  const memory = prices[isArm ? 'fargate-arm-memory-hour' : 'fargate-memory-hour'];
  const hours = count * MONTH_HOURS;
  return {
    name: 'tasks',
    amount: hours,
    dollars: costOf(hours * vCpus, cpu) + costOf(hours * memoryGb, memory),
    arithmetic:
      `${numberText(hours)} h (${count} × ${MONTH_HOURS}) of ${vCpus} vCPU at ${dollarsText(cpu.tiers[0]!.dollars)}` +
      ` and ${memoryGb} GB at ${dollarsText(memory.tiers[0]!.dollars)}${isArm ? ', Graviton' : ''}`,
  };
}

function valkeyLines(workload: Workload, traffic: Traffic, prices: Prices): readonly BillLine[] {
  const { published, fromClients, connects } = traffic;
  const stored = Math.max(LEAST_VALKEY_GB, gigabytes(workload.connections * CONNECTION_BYTES));
  const perMessage = COMMANDS_PER_PUBLISH + Math.ceil(workload.bytes / 1024);
  const units = published * perMessage + fromClients + connects * COMMANDS_PER_CONNECTION;
  return [
    line(
      'Valkey, stored',
      stored * MONTH_HOURS,
      prices['valkey-storage-hour'],
      `GB h (${numberText(stored)} GB × ${MONTH_HOURS})`,
    ),
    line('Valkey, commands', units, prices['valkey-unit'], 'ECPUs, estimated'),
  ];
}

function dynamoDbLines(workload: Workload, traffic: Traffic, prices: Prices): readonly BillLine[] {
  const { published, fromClients, connects } = traffic;
  const kilobytes = Math.ceil(workload.bytes / 1024);
  const memberReads = Math.ceil(workload.fanOut / MEMBERS_PER_READ);
  const writes = fromClients + published * 2 * kilobytes + connects * WRITES_PER_CONNECTION;
  // membership, the newest entry, and the members twice: counted, then read
  const reads = published * (1 + Math.ceil(workload.bytes / 4096) + 2 * memberReads) + connects * 2;
  return [
    line('DynamoDB, writes', writes, prices['dynamodb-write'], 'units, estimated'),
    line('DynamoDB, reads', reads, prices['dynamodb-read'], 'units, estimated'),
  ];
}

function line(name: string, amount: number, price: Price, unit: string): BillLine {
  return {
    name,
    amount,
    dollars: costOf(amount, price),
    arithmetic: [`${numberText(amount)}${unit === '' ? '' : ` ${unit}`}`, priceText(price)].join(', '),
  };
}

function priceText({ per, tiers }: Price): string {
  const each = per === 1 ? '' : '/M';
  const [first, ...rest] = tiers.map(({ dollars }) => `${dollarsText(dollars)}${each}`);
  return `at ${first}${rest.length > 0 ? ` (${rest.join(', ')} beyond)` : ''}`;
}

const gigabytes = (bytes: number) => bytes / 1024 ** 3;

/** Of a request to the service and its response, besides the message: header fields, TCP and IP. */
const REQUEST_BYTES = 1_500;

/**
 * Of a request to `@connections` and its response, besides the messages: request line, signature, TLS, TCP and IP; more
 * than half of it is the security token of a task's role.
 */
const POST_BYTES = 2_200;

/** A line of the access log in this repository's format. */
const LOG_LINE_BYTES = 300;

/** A line of the service in this repository: `published`, `connected`, `disconnected`. */
const TASK_LINE_BYTES = 350;

/** ElastiCache Serverless charges at least this. */
const LEAST_VALKEY_GB = 0.1;

/** A connection with its user and a few channels. */
const CONNECTION_BYTES = 2_048;

/** Rounded up from the requests of the service in this repository: `docs/operating.md` has them for DynamoDB. */
const COMMANDS_PER_PUBLISH = 10;
const COMMANDS_PER_CONNECTION = 20;
const MEMBERS_PER_READ = 35;
const WRITES_PER_CONNECTION = 8;
