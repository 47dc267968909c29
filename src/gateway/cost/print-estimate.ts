import { PRICE_REGION, PRICES, PRICES_READ_ON, type PriceName } from '../prices.js';
import { type Bill, type Prices } from './bill.js';
import { amountText, numberText } from './numbers.js';
import { type Saving } from './savings.js';
import { type StackParts } from './stack-parts.js';
import { MONTH_HOURS, type Workload } from './workload.js';

/** A month's bill with what explains it. */
export interface Estimate {
  readonly workload: Workload;
  /** Of the template, if there is one. */
  readonly parts: StackParts | undefined;
  readonly prices: Prices;
  readonly bill: Bill;
  readonly savings: readonly Saving[];
}

export function printText(estimate: Estimate): string {
  const { bill, savings } = estimate;
  const rows = [...bill.lines, { name: 'total', dollars: bill.dollars, arithmetic: '' }].map((line) => ({
    ...line,
    dollars: amountText(line.dollars),
  }));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const dollarsWidth = Math.max(...rows.map(({ dollars }) => dollars.length));
  const table = rows.map(({ name, dollars, arithmetic }) =>
    `${name.padEnd(nameWidth)}  ${dollars.padStart(dollarsWidth)}  ${arithmetic}`.trimEnd(),
  );
  const lower = savings.map(({ change, how, dollars }) => `  −$${amountText(dollars)}  ${change}: ${how}`);
  const paragraphs = [
    [describeWorkload(estimate)],
    table,
    [largest(estimate)],
    ...(lower.length > 0 ? [['What would lower it, each alone:', ...lower]] : []),
    notes(estimate),
  ];
  return `${paragraphs.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** A table for a document, whose numbers are whole dollars. */
export function printMarkdown(estimate: Estimate): string {
  const { bill, savings } = estimate;
  const rows = bill.lines.map(
    ({ name, arithmetic, dollars }) => `| ${name} | ${arithmetic} | ${roundedText(dollars)} |`,
  );
  const lower = savings.map(
    ({ change, how, dollars }) => `- ${change} (${how}): $${roundedText(dollars)} less`,
  );
  return [
    '| | amount | US $ |',
    '|---|---|---|',
    ...rows,
    `| | | **${roundedText(bill.dollars)}** |`,
    '',
    largest(estimate),
    ...(lower.length > 0 ? ['What would lower it, each alone:', '', ...lower] : []),
    '',
  ].join('\n');
}

const roundedText = (dollars: number) =>
  dollars < 10 ? amountText(dollars) : Math.round(dollars).toLocaleString('en-US');

export function printJson({ workload, prices, bill, savings, parts }: Estimate): string {
  const estimate = {
    region: PRICE_REGION,
    pricesReadOn: PRICES_READ_ON,
    hours: MONTH_HOURS,
    workload,
    lines: bill.lines,
    dollars: bill.dollars,
    savings,
    notCounted: Object.fromEntries(parts?.notCounted ?? []),
    prices,
  };
  return `${JSON.stringify(estimate, undefined, 2)}\n`;
}

function describeWorkload({ workload, parts }: Estimate): string {
  const { connections, messagesPerMinute, bytes, fanOut, publishers, replies, messagesPerPost } = workload;
  const { heartbeatSeconds } = workload;
  return [
    `connections: ${numberText(connections)}; messages a minute: ${numberText(messagesPerMinute)} of ${numberText(bytes)} bytes, by ${publishers}, each to ${numberText(fanOut)}`,
    ...(messagesPerPost > 1 ? [`${messagesPerPost} messages sent as one`] : []),
    ...(replies === 'none' ? [] : [`replies by ${replies}`]),
    ...(heartbeatSeconds === undefined ? [] : [`a heartbeat every ${heartbeatSeconds} s`]),
    parts === undefined
      ? 'API Gateway alone: --template FILE adds what is behind it'
      : 'with the resources of the template',
  ].join('; ');
}

function largest({ bill }: Estimate): string {
  const line = bill.lines.toSorted((a, b) => b.dollars - a.dollars)[0];
  if (line === undefined) return 'Nothing that costs.';
  return `The largest line: ${line.name}, ${Math.round((100 * line.dollars) / bill.dollars)} % of the bill.`;
}

function notes({ prices, parts }: Estimate): readonly string[] {
  const given = Object.entries(prices).filter(([name, price]) => price !== PRICES[name as PriceName]);
  const notCounted = [...(parts?.notCounted ?? [])].map(([type, count]) => `${count} × ${type}`);
  const replaced =
    given.length === 0
      ? ''
      : `, except ${given.map(([name, { tiers }]) => `${name}=${tiers[0]?.dollars}`).join(', ')}`;
  return [
    `List prices of ${PRICE_REGION}, ${PRICES_READ_ON}${replaced}; without free tier, discounts and tax. A month has ${MONTH_HOURS} hours.`,
    ...(notCounted.length > 0 ? [`Not in the bill: ${notCounted.join(', ')}.`] : []),
  ];
}
