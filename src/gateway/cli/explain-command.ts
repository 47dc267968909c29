import { explain } from '../cloudformation/explain/explain.js';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { LOCAL_ACCOUNT } from './local-account.js';
import { readNameValues } from './name-value.js';
import { readTemplateFile } from './read-template-file.js';

/** `explain FILE --route KEY --body JSON`, or `explain FILE --request 'GET /books'` */
export const explainCommand = defineCommand(
  {
    name: 'explain',
    operands: 'FILE',
    summary:
      'shows the exact request or event that an integration of a template or a Terraform plan would receive',
    flags: {
      request: {
        kind: 'text',
        value: "'METHOD /PATH?QUERY'",
        help: "a request to an HTTP API, such as 'GET /books?x=1'; a named stage is part of the path",
      },
      route: {
        kind: 'text',
        value: 'KEY',
        help: '$connect, $disconnect, or the key of a message route; by default the body selects it',
      },
      body: { kind: 'text', value: 'TEXT', help: "the client's message, or the body of --request" },
      query: { kind: 'text', value: 'STRING', help: 'the query string of the handshake' },
      header: { kind: 'list', value: "'NAME: VALUE'", help: 'header of the handshake, or of --request' },
      context: {
        kind: 'map',
        value: 'NAME=VALUE',
        help: 'variable from authorization, such as authorizer.userId=42',
      },
      parameter: { kind: 'map', value: 'NAME=VALUE', help: 'parameter of the template' },
      api: {
        kind: 'text',
        value: 'LOGICAL_ID',
        help: 'required if the template has several APIs of the kind',
      },
      stage: { kind: 'text', value: 'NAME', help: 'required if the API has several stages' },
      region: { kind: 'text', value: 'REGION', preset: 'us-east-1', help: 'value of AWS::Region' },
    },
    exitCodes: { 0: 'a request would be sent', 1: 'nothing would be sent, or the command line is wrong' },
  },
  async ({ values, operands }, { write }) => {
    const [fileName, ...others] = operands;
    if (fileName === undefined || others.length > 0) throw new UsageError('explain needs one template file');
    const text = await readTemplateFile(fileName);
    const { api, stage, route, request, body, query, region = 'us-east-1' } = values;
    try {
      const explanation = explain(text, {
        fileName,
        parameters: readNameValues('--parameter', values.parameter),
        region,
        accountId: LOCAL_ACCOUNT,
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
  },
);

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = text.match(/^([^\s:]+):\s*(.*)$/) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`--header is '${text}': it must be 'NAME: VALUE'`);
  }
  return [name, value];
}
