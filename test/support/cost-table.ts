import type { Command } from '../../src/gateway/cli/command.js';

/** The part of docs/deploying.md that `cost` prints. */
export const COST_PART = /(?<=\n<!-- npm run docs:cost -->\n)(.*?)(?=<!-- end -->\n)/s;

/** The command in the document: `… cost --template FILE FLAG …`. */
const COMMAND = / cost --template \S+ (.+)\n/;

/**
 * What the command in the document prints, and the total with the heartbeat of `backchannel-client`.
 *
 * @param template the file with the stack's template
 */
export async function costTable(document: string, cost: Command, template: string): Promise<string> {
  const flags = COMMAND.exec(document)?.[1]?.split(' ');
  if (flags === undefined) throw new Error('the document has no command with cost --template FILE');
  const run = async (...more: readonly string[]) => {
    let output = '';
    const write = (text: string) => void (output += text);
    await cost.run(['--template', template, ...flags, ...more], { env: {}, write });
    return output;
  };
  const dollars = async (heartbeatSeconds: number) => {
    const output = await run('--heartbeat-seconds', String(heartbeatSeconds), '--json');
    return `$${Math.round((JSON.parse(output) as { readonly dollars: number }).dollars).toLocaleString('en-US')}`;
  };
  return [
    '',
    await run('--markdown'),
    `With a heartbeat every minute, the default of \`backchannel-client\`, it is ${await dollars(60)}; with one every nine minutes (\`heartbeatMs\`), ${await dollars(540)}.`,
    '',
    '',
  ].join('\n');
}
