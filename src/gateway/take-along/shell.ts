import { type Body } from '../recorder/gateway-event.js';

/** One word of a POSIX shell: nothing in it is expanded. */
export const quoted = (text: string): string =>
  /^[\w%+,./:@-][\w%+,./:=@-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A command, with a line for each of its arguments. */
export const command = (name: string, argumentLines: readonly string[]): string =>
  [name, ...argumentLines].join(' \\\n  ');

/** Comment lines for what a copy cannot contain; empty if it has everything. */
export function remarks(text: string, body?: Body): readonly string[] {
  return [
    ...(text.includes('***')
      ? [
          'The gateway masked a secret: put its value in place of ***. A gateway with --record-secrets masks nothing.',
        ]
      : []),
    ...(body?.isCut === true
      ? [`The body has ${body.bytes} bytes, and the gateway recorded only its beginning: add the rest.`]
      : []),
  ];
}

/** The command after its remarks, as comments. */
export const withRemarks = (text: string, body?: Body): string =>
  [...remarks(text, body).map((remark) => `# ${remark}`), text].join('\n');
