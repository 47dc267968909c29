import { parseArgs } from 'node:util';
import { explain } from '../cloudformation/explain/explain.js';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { UsageError } from '../usage-error.js';
import { readNameValues } from './name-value.js';
import { readTemplateFile } from './read-template-file.js';

export const EXPLAIN_USAGE = `explain FILE: shows the exact request or event that an integration of a template would receive

  --request 'METHOD /PATH?QUERY'
                           a request to an HTTP API, such as 'GET /books?x=1'; a named stage is part of the path
  --route KEY              $connect, $disconnect, or the key of a message route; by default the body selects it
  --body TEXT              the client's message, or the body of --request
  --query STRING           the query string of the handshake
  --header 'NAME: VALUE'   header of the handshake, or of --request; repeatable
  --context NAME=VALUE     variable from authorization, such as authorizer.userId=42; repeatable
  --parameter NAME=VALUE   parameter of the template; repeatable
  --api LOGICAL_ID         required if the template has several APIs of the kind
  --stage NAME             required if the API has several stages
  --region REGION          value of AWS::Region (us-east-1)
  --help                   show this text

Exit code 1 when nothing would be sent.
`;

/**
 * `explain FILE --route KEY --body JSON`, or `explain FILE --request 'GET /books'`
 *
 * @param accountId value of `AWS::AccountId`
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
  const [fileName, ...others] = positionals;
  if (fileName === undefined || others.length > 0) throw new UsageError('explain needs one template file');
  const text = await readTemplateFile(fileName);
  const { api, stage, route, request, body, query, region = 'us-east-1' } = values;
  try {
    const explanation = explain(text, {
      fileName,
      parameters: readNameValues('--parameter', values.parameter),
      region,
      accountId,
      api,
      stage,
      route,
      request,
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
        request: { type: 'string' },
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
    throw new UsageError(`${(error as Error).message}; explain --help lists the options`);
  }
}
