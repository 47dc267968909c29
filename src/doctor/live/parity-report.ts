import { LIVE_FACTS, type Parity } from './live-facts.js';

/** The block that users contribute; it names neither the account nor the API. */
export function formatParity({ date, region, version, rows }: Parity): string {
  const lines = rows.map(({ fact, measured, isSame }) => {
    const { title, standIn } = LIVE_FACTS[fact];
    const result = measured === undefined ? 'not measured' : isSame ? 'same' : `**${cell(measured)}**`;
    return `| ${title} | ${cell(standIn)} | ${result} |`;
  });
  return [
    `Parity with backchannel-gateway ${version}, ${region}, ${date}`,
    '',
    '| fact | stand-in | AWS |',
    '|---|---|---|',
    ...lines,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
