/**
 * AWS's list prices in US dollars, without the free tier. All that computes a cost uses this table.
 *
 * AWS's pages show most prices by a script, from the price list of the account's Region; `quotedBy` is the page on which
 * such a price was read. A price without it was found nowhere else on that day: compare it with AWS's page before you rely
 * on it.
 */
export const PRICES = {
  /** Messages to and from clients. A larger one counts once for each part of {@link MESSAGE_UNIT_BYTES}. */
  message: {
    per: 1e6,
    unit: 'million messages of 32 KB',
    tiers: [
      { upTo: 1e9, dollars: 1 },
      { upTo: Infinity, dollars: 0.8 },
    ],
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    quotedBy: 'https://amnic.com/blogs/aws-api-gateway-pricing',
  },
  'connection-minute': {
    per: 1e6,
    unit: 'million minutes',
    tiers: [{ upTo: Infinity, dollars: 0.25 }],
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    quotedBy: 'https://amnic.com/blogs/aws-api-gateway-pricing',
  },
  /** Requests to HTTP APIs. A larger one counts once for each part of {@link HTTP_UNIT_BYTES}. */
  'http-request': {
    per: 1e6,
    unit: 'million requests of 512 KB',
    tiers: [
      { upTo: 300e6, dollars: 1 },
      { upTo: Infinity, dollars: 0.9 },
    ],
    source: 'https://aws.amazon.com/api-gateway/pricing/',
    quotedBy: 'https://amnic.com/blogs/aws-api-gateway-pricing',
  },
  /** From API Gateway to clients on the Internet. */
  'data-out': {
    per: 1,
    unit: 'GB',
    tiers: [
      { upTo: 10 * 1024, dollars: 0.09 },
      { upTo: 50 * 1024, dollars: 0.085 },
      { upTo: 150 * 1024, dollars: 0.07 },
      { upTo: Infinity, dollars: 0.05 },
    ],
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  },
  'load-balancer-hour': {
    per: 1,
    unit: 'hour of a Network Load Balancer',
    tiers: [{ upTo: Infinity, dollars: 0.0225 }],
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
    quotedBy: 'https://clustercost.com/blog/network-load-balancer-pricing-2025',
  },
  /** One for each GB an hour, as long as there are fewer than 100,000 flows and 800 new ones a second. */
  'load-balancer-unit-hour': {
    per: 1,
    unit: 'hour of a capacity unit (NLCU)',
    tiers: [{ upTo: Infinity, dollars: 0.006 }],
    source: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  },
  'nat-gateway-hour': {
    per: 1,
    unit: 'hour of a NAT gateway',
    tiers: [{ upTo: Infinity, dollars: 0.045 }],
    source: 'https://aws.amazon.com/vpc/pricing/',
    quotedBy: 'https://basavytix.com/blog/aws-nat-gateway-pricing',
  },
  'nat-gateway-data': {
    per: 1,
    unit: 'GB through a NAT gateway',
    tiers: [{ upTo: Infinity, dollars: 0.045 }],
    source: 'https://aws.amazon.com/vpc/pricing/',
    quotedBy: 'https://basavytix.com/blog/aws-nat-gateway-pricing',
  },
  'public-address-hour': {
    per: 1,
    unit: 'hour of a public IPv4 address',
    tiers: [{ upTo: Infinity, dollars: 0.005 }],
    source: 'https://aws.amazon.com/vpc/pricing/',
    quotedBy: 'https://cloudburn.io/blog/aws-nat-gateway-pricing',
  },
  'fargate-cpu-hour': {
    per: 1,
    unit: 'hour of a vCPU, x86',
    tiers: [{ upTo: Infinity, dollars: 0.04048 }],
    source: 'https://aws.amazon.com/fargate/pricing/',
    quotedBy: 'https://www.vantage.sh/blog/fargate-pricing',
  },
  'fargate-memory-hour': {
    per: 1,
    unit: 'hour of a GB of memory, x86',
    tiers: [{ upTo: Infinity, dollars: 0.004445 }],
    source: 'https://aws.amazon.com/fargate/pricing/',
    quotedBy: 'https://www.vantage.sh/blog/fargate-pricing',
  },
  'fargate-arm-cpu-hour': {
    per: 1,
    unit: 'hour of a vCPU, Graviton',
    tiers: [{ upTo: Infinity, dollars: 0.03238 }],
    source: 'https://aws.amazon.com/fargate/pricing/',
    quotedBy: 'https://www.vantage.sh/blog/fargate-pricing',
  },
  'fargate-arm-memory-hour': {
    per: 1,
    unit: 'hour of a GB of memory, Graviton',
    tiers: [{ upTo: Infinity, dollars: 0.00356 }],
    source: 'https://aws.amazon.com/fargate/pricing/',
    quotedBy: 'https://www.vantage.sh/blog/fargate-pricing',
  },
  /** ElastiCache Serverless for Valkey; at least 100 MB. */
  'valkey-storage-hour': {
    per: 1,
    unit: 'hour of a GB in Valkey Serverless',
    tiers: [{ upTo: Infinity, dollars: 0.084 }],
    source: 'https://aws.amazon.com/elasticache/pricing/',
    quotedBy: 'https://www.usage.ai/blogs/aws/database-savings-plans/elasticache/serverless-pricing/',
  },
  /** An ElastiCache Processing Unit is a simple command of up to 1 KB. */
  'valkey-unit': {
    per: 1e6,
    unit: 'million ECPUs',
    tiers: [{ upTo: Infinity, dollars: 0.0023 }],
    source: 'https://aws.amazon.com/elasticache/pricing/',
    quotedBy: 'https://www.usage.ai/blogs/aws/database-savings-plans/elasticache/serverless-pricing/',
  },
  /** On demand; of up to 1 KB. */
  'dynamodb-write': {
    per: 1e6,
    unit: 'million write units',
    tiers: [{ upTo: Infinity, dollars: 0.625 }],
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    quotedBy: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  /** On demand; of up to 4 KB. */
  'dynamodb-read': {
    per: 1e6,
    unit: 'million read units',
    tiers: [{ upTo: Infinity, dollars: 0.125 }],
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    quotedBy: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  'log-data': {
    per: 1,
    unit: 'GB into CloudWatch Logs',
    tiers: [{ upTo: Infinity, dollars: 0.5 }],
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    quotedBy: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  alarm: {
    per: 1,
    unit: 'metric of an alarm',
    tiers: [{ upTo: Infinity, dollars: 0.1 }],
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  metric: {
    per: 1,
    unit: 'custom metric',
    tiers: [{ upTo: Infinity, dollars: 0.3 }],
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    quotedBy: 'https://signoz.io/guides/cloudwatch-pricing',
  },
  dashboard: {
    per: 1,
    unit: 'dashboard',
    tiers: [{ upTo: Infinity, dollars: 3 }],
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    quotedBy: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  secret: {
    per: 1,
    unit: 'secret',
    tiers: [{ upTo: Infinity, dollars: 0.4 }],
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  'kms-key': {
    per: 1,
    unit: 'key',
    tiers: [{ upTo: Infinity, dollars: 1 }],
    source: 'https://aws.amazon.com/kms/pricing/',
    quotedBy: 'https://cloudburn.io/blog/aws-kms-pricing',
  },
} as const satisfies Record<string, Price>;

/** The Region of these prices. */
export const PRICE_REGION = 'us-east-1';

/** When the sources were read. */
export const PRICES_READ_ON = '2026-11-28';

export const MESSAGE_UNIT_BYTES = 32 * 1024;
export const HTTP_UNIT_BYTES = 512 * 1024;

export type PriceName = keyof typeof PRICES;

/** A price that may fall with the amount of a month: each tier holds for the part of the amount up to its end. */
export interface Price {
  /** The amount for which `dollars` are paid. */
  readonly per: number;
  /** What `dollars` are paid for. */
  readonly unit: string;
  readonly tiers: readonly { readonly upTo: number; readonly dollars: number }[];
  readonly source: string;
  readonly quotedBy?: string;
}

/** @returns dollars for each month */
export function costOf(amount: number, { per, tiers }: Pick<Price, 'per' | 'tiers'>): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, dollars } of tiers) {
    if (amount <= from) break;
    cost += ((Math.min(amount, upTo) - from) / per) * dollars;
    from = upTo;
  }
  return cost;
}

/** The metered units of a message or a request; an empty one is one unit. */
export const unitsOf = (bytes: number, unitBytes: number): number =>
  Math.max(1, Math.ceil(bytes / unitBytes));
