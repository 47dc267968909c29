import { describe, expect, it } from 'vitest';
import { costCommand } from '../../../src/gateway/cli/cost-command.js';
import { PRICES } from '../../../src/gateway/prices.js';

async function run(...args: readonly string[]) {
  let output = '';
  await costCommand.run(args, { env: {}, write: (text) => (output += text) });
  return output;
}

const BROADCAST = ['--connections', '10000', '--messages-per-minute', '1'];

describe('cost', () => {
  it('prints the lines with their arithmetic, the largest one, and what would lower it', async () => {
    const output = await run(...BROADCAST);
    expect(output).toContain('connection minutes  109.50  10,000 × 43,800, at $0.25/M\n');
    expect(output).toMatch(/^total +585\.\d\d$/m);
    expect(output).toContain('The largest line: messages of 32 KB, 75 % of the bill.');
    expect(output).toMatch(/−\$\d+\.\d\d {2}4 messages to a connection sent as one/);
    expect(output).toContain('List prices of us-east-1');
  });

  it('prints the lines, the savings and each price with its source as JSON', async () => {
    const estimate = JSON.parse(await run(...BROADCAST, '--json')) as Record<string, unknown>;
    expect(estimate).toMatchObject({
      region: 'us-east-1',
      hours: 730,
      workload: { connections: 10_000, bytes: 1024, fanOut: 10_000 },
      prices: { message: { source: PRICES.message.source } },
    });
    expect(estimate['lines']).toContainEqual(
      expect.objectContaining({ name: 'connection minutes', dollars: 109.5 }),
    );
  });

  it('prints a table of whole dollars as Markdown', async () => {
    const output = await run(...BROADCAST, '--size', '1kb', '--markdown');
    expect(output).toContain('| connection minutes | 10,000 × 43,800, at $0.25/M | 110 |');
    expect(output).toContain('| | | **585** |');
  });

  it('replaces a price, and says so', async () => {
    const output = await run(...BROADCAST, '--price', 'message=1.14');
    expect(output).toMatch(/^messages of 32 KB +499\./m);
    expect(output).toContain('except message=1.14');
  });

  it('reports every wrong value at once', async () => {
    await expect(run('--connections', '1.5', '--size', '1mb', '--replies', 'sms')).rejects.toThrow(
      [
        "--connections is '1.5': it must be a whole number of at least 1",
        '--messages-per-minute is required: a number of at least 0',
        "--size is '1mb': it must be bytes or kb, such as 200 or 1kb, and at most 128kb",
        "--replies is 'sms': it must be none or callback or response",
      ].join('\n'),
    );
  });

  it.each([
    [['--fan-out', '10001'], "--fan-out is '10001': it must be a number from 0 to 10000"],
    [['--region', 'eu-west-1'], "--region is 'eu-west-1': the table has only the prices of us-east-1"],
    [['--price', 'mesage=1'], "--price is 'mesage=1': there are only message, "],
    [['--price', 'message=free'], "--price is 'message=free': it must be dollars for a million messages"],
    [['--tasks', '3'], '--tasks needs --template FILE'],
    [['--json', '--markdown'], '--json and --markdown: only one of them'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...BROADCAST, ...args)).rejects.toThrow(message);
  });
});
