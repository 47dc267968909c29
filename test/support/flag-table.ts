import type { Flag, Flags } from '../../src/gateway/cli/flags.js';

/** The part of docs/gateway.md that is made from the flags of the gateway. */
export const FLAGS_PART = /(?<=\n<!-- npm run docs:settings -->\n)(.*?)(?=<!-- end -->\n)/s;

/** The flags as a table in Markdown. */
export function flagTable(flags: Flags): string {
  const rows = Object.entries(flags).map(
    ([name, flag]) =>
      `| \`${cell(signature(name, flag))}\` | ${flag.variable === undefined ? '' : `\`${flag.variable}\``} | ${cell(meaning(flag))} | ${flag.preset === undefined ? '' : `\`${flag.preset}\``} |`,
  );
  return `\n${['| flag | variable | meaning | default |', '|---|---|---|---|', ...rows].join('\n')}\n\n`;
}

const signature = (name: string, flag: Flag) => `--${name}${flag.kind === 'switch' ? '' : ` ${flag.value}`}`;

const meaning = ({ help, kind }: Flag) =>
  kind === 'list' || kind === 'map' ? `${help}; may be repeated` : help;

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('*', '\\*');
