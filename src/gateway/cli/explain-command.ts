import { explain } from '../cloudformation/explain/explain.js';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';
import { defineCommand } from './command.js';
import { LOCAL_ACCOUNT } from './local-account.js';
import { readNameValues } from './name-value.js';
import { type AppFlags, readApp } from './read-app.js';
import { readTemplateFile } from './read-template-file.js';

/** `explain FILE --route KEY --body JSON`, or `explain --app COMMAND --request 'GET /books'` */
export const explainCommand = defineCommand(
  {
    name: 'explain',
    operands: '[FILE]',
    summary:
      'shows the exact request or event that an integration of a template or a Terraform plan would receive',
    flags: {
      app: {
        kind: 'text',
        value: 'COMMAND|FOLDER',
        help: 'CDK app with the template, instead of FILE: its command, its folder, or cdk.out',
      },
      stack: {
        kind: 'list',
        value: 'NAME',
        help: 'stack of --app; required if several have an API',
      },
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
  async ({ values, operands }, { env, write }) => {
    const { api, stage, route, request, body, query, region = 'us-east-1' } = values;
    const { template, earlier } = await readTemplate(operands, values, env);
    try {
      const explanation = explain(template.text, {
        fileName: template.fileName,
        nested: template.nested,
        earlier,
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

/** The only template, and those whose exports it imports. */
async function readTemplate(
  [file, ...others]: readonly string[],
  flags: AppFlags,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly template: TemplateFile; readonly earlier: readonly TemplateFile[] }> {
  const app = await readApp(flags, env);
  const isOne = others.length === 0 && (file === undefined) !== (app === undefined);
  if (!isOne) throw new UsageError('explain needs one template file, or --app');
  if (app === undefined) {
    const fileName = file ?? '';
    return { template: { fileName, text: await readTemplateFile(fileName) }, earlier: [] };
  }
  const [template, ...more] = app.chosen;
  if (template !== undefined && more.length === 0) return { template, earlier: app.needed };
  throw new UsageError(
    `several stacks have an API: give one of them, --stack ${app.names.join(', --stack ')}`,
  );
}

function readHeader(text: string): readonly [string, string] {
  const [, name, value] = text.match(/^([^\s:]+):\s*(.*)$/) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`--header is '${text}': it must be 'NAME: VALUE'`);
  }
  return [name, value];
}
