import type { ChoiceTable } from '../../src/gateway/silent/choice-table.js';

/** The part of PROTOCOL.md that is made from the rows of src/gateway/silent. */
export const SILENT_PART = /(?<=\n<!-- npm run docs:silent -->\n)(.*?)(?=<!-- end -->\n)/s;

/** Exported by the files of src/gateway/silent: file → table, in the order of the document. */
const FILES = {
  'websocket-choices': 'CONNECTION_CHOICES',
  'mapping-choices': 'MAPPING_CHOICES',
  'vtl-choices': 'TEMPLATE_CHOICES',
  'integration-choices': 'INTEGRATION_CHOICES',
  'lambda-choices': 'FUNCTION_CHOICES',
  'authorization-choices': 'AUTHORIZATION_CHOICES',
  'traffic-choices': 'TRAFFIC_CHOICES',
  'control-choices': 'CONTROL_CHOICES',
  'http-choices': 'HTTP_CHOICES',
  'http-control-choices': 'HTTP_CONTROL_CHOICES',
  'http-authorizer-choices': 'HTTP_AUTHORIZER_CHOICES',
  'jwt-choices': 'JWT_CHOICES',
  'openapi-choices': 'OPENAPI_CHOICES',
  'cloudformation-choices': 'CLOUDFORMATION_CHOICES',
} as const;

/** Names of all files with a table, without their extension. */
export const SILENT_FILES: readonly string[] = Object.keys(FILES);

/** @param load imports the file of that name, from the sources or from the build */
export async function readSilentTables(
  load: (file: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<readonly ChoiceTable[]> {
  return Promise.all(
    Object.entries(FILES).map(async ([file, table]) => (await load(file))[table] as ChoiceTable),
  );
}

/** One table for each topic, in Markdown. */
export function silentTables(tables: readonly ChoiceTable[]): string {
  const parts = tables.map(({ title, rows }) => [
    `**${title}**`,
    '',
    '| question | the local gateway | because |',
    '|---|---|---|',
    ...rows.map(
      ({ question, choice, because = '' }) => `| ${question} | ${choice} |${because && ` ${because}`} |`,
    ),
  ]);
  return `\n${parts.map((lines) => lines.join('\n')).join('\n\n')}\n\n`;
}
