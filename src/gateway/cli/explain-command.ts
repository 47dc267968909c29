import { parseArgs } from 'node:util';
import { explain } from '../cloudformation/explain/explain.js';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { UsageError } from '../usage-error.js';
import { readNameValues } from './name-value.js';
import { readTemplateFile } from './read-template-file.js';

export const EXPLAIN_USAGE = `explain FILE: the exact request that a template's integration would be sent

  --route KEY              $connect, $disconnect, or a message's; without one, the body selects it
  --body TEXT              the client's message
  --query STRING           the query string of the handshake
  --header 'NAME: VALUE'   of the handshake; may be repeated
  --context NAME=VALUE     what authorization would find, such as authorizer.userId=42; may be repeated
  --parameter NAME=VALUE   of the template; may be repeated
  --api LOGICAL_ID         when the template has several WebSocket APIs
  --stage NAME             when the API has several stages
  --region REGION          for AWS::Region (us-east-1)
  --help                   this text

Exit code 1 when nothing would be sent.
`;

/**
 * `explain FILE --route KEY --body JSON`
 *
 * @param accountId for `AWS::AccountId`
 * @returns the exit code
 * @throws {UsageError} the command line is wrong, the file cannot be read, or the template cannot be loaded
 */
export async function explainCommand(
  args: readonly string[],
  accountId: string,
  write: (text: string) => void,
): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    write(EXPLAIN_USAGE);
    return 0;
  }
  const [fileName, ...more] = positionals;
  if (fileName === undefined || more.length > 0)
    throw new UsageError('explain needs the file of one template');
  const text = await readTemplateFile(fileName);
  const { api, stage, route, body, query, region = 'us-east-1' } = values;
  try {
    const explanation = explain(text, {
      fileName,
      parameters: readNameValues('--parameter', values.parameter),
      region,
      accountId,
      api,
      stage,
      route,
      body,
      query,
      headers: (values.header ?? []).map(readHeader),
      context: Object.fromEntries(readNameValues('--context', values.context)),
    });
    write(explanation.text);
    return explanation.isSent ? 0 : 1;
  } catch (error) {
    if (error instanceof CloudFormationError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = text.match(/^([^\s:]+):\s*(.*)$/) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`--header is '${text}': it must be 'NAME: VALUE'`);
  }
  return [name, value];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        api: { type: 'string' },
        stage: { type: 'string' },
        route: { type: 'string' },
        body: { type: 'string' },
        query: { type: 'string' },
        header: { type: 'string', multiple: true },
        context: { type: 'string', multiple: true },
        parameter: { type: 'string', multiple: true },
        region: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; explain --help lists the flags`);
  }
}
