import { billOf, type Prices } from '../cost/bill.js';
import { type Estimate, printJson, printMarkdown, printText } from '../cost/print-estimate.js';
import { savingsOf } from '../cost/savings.js';
import { type StackParts, stackPartsOf } from '../cost/stack-parts.js';
import { PRICE_REGION, PRICES } from '../prices.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { COST_FLAGS, type CostValues } from './cost-flags.js';
import { readNameValues } from './name-value.js';
import { readTemplateFile } from './read-template-file.js';
import { readNumber, readWorkload } from './read-workload.js';

/** `cost --connections N --messages-per-minute M` */
export const costCommand = defineCommand(
  {
    name: 'cost',
    summary: 'prints what a WebSocket API costs each month, how that is calculated, and what would lower it',
    flags: COST_FLAGS,
    notes:
      'Connections are open all month: for 1,000 users for 8 hours on 22 days, --connections 241 (1000 × 8 × 22 / 730).',
    exitCodes: { 0: 'printed', 1: 'the command line is wrong, or the template cannot be read' },
  },
  async ({ values }, { write }) => {
    const workload = readWorkload(values);
    const prices = readPrices(values);
    if (values.json && values.markdown) throw new UsageError('--json and --markdown: only one of them');
    const parts = await readParts(values);
    const bill = billOf(workload, parts, prices);
    const estimate: Estimate = {
      workload,
      parts,
      prices,
      bill,
      savings: savingsOf(bill, workload, parts, prices),
    };
    const print = values.json ? printJson : values.markdown ? printMarkdown : printText;
    write(print(estimate));
    return 0;
  },
);

/** @throws {UsageError} a Region without prices, or no such price */
function readPrices(values: CostValues): Prices {
  const { region = PRICE_REGION } = values;
  const given = readNameValues('--price', values.price);
  if (region !== PRICE_REGION)
    throw new UsageError(
      `--region is '${region}': the table has only the prices of ${PRICE_REGION}; leave it out, and give the prices that differ with --price NAME=DOLLARS`,
    );
  const replaced = [...given].map(([name, text]) => {
    if (!isPriceName(name))
      throw new UsageError(`--price is '${name}=${text}': there are only ${Object.keys(PRICES).join(', ')}`);
    if (!/^\d+(\.\d+)?$/.test(text))
      throw new UsageError(
        `--price is '${name}=${text}': it must be dollars for ${PRICES[name].per === 1 ? 'each' : 'a'} ${PRICES[name].unit}, such as ${name}=${PRICES[name].tiers[0].dollars}`,
      );
    const tiers = [{ upTo: Infinity, dollars: Number(text) }];
    return [name, { ...PRICES[name], tiers, source: '--price' }] as const;
  });
  return { ...PRICES, ...Object.fromEntries(replaced) };
}

const isPriceName = (name: string): name is keyof typeof PRICES => Object.hasOwn(PRICES, name);

async function readParts(values: CostValues): Promise<StackParts | undefined> {
  const { template, tasks } = values;
  if (template === undefined) {
    const name = tasks !== undefined ? 'tasks' : values.parameter !== undefined ? 'parameter' : undefined;
    if (name !== undefined) throw new UsageError(`--${name} needs --template FILE`);
    return undefined;
  }
  const parameters = readNameValues('--parameter', values.parameter);
  const parts = stackPartsOf(await readTemplateFile(template), template, parameters);
  if (tasks === undefined) return parts;
  const count = readNumber('tasks', tasks, { min: 1, isWhole: true });
  return { ...parts, tasks: parts.tasks.map((each) => ({ ...each, count })) };
}
