import { execFile } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { DocumentCode } from '../support/document-code.js';
import { HttpBackend } from '../support/http-backend.js';
import { SpawnedProgram } from '../support/spawned-program.js';

const FILE = 'docs/http-apis.md';
const run = promisify(execFile);

const PROGRAM = join(
  process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist'),
  'gateway/main.js',
);

/** A command `npm run gateway -- …` as what npm runs. */
const asProgram = (command: string) =>
  command.replace(/^npm run (?:--silent )?gateway --/, `'${process.execPath}' '${PROGRAM}'`);

/** The flags of a command `npm run gateway -- …`, for a port of its own. */
const flagsOf = (command: string) => ['--port', '0', ...(command.split(' -- ')[1] ?? '').trim().split(' ')];

/** Starts the gateway and a backend, which take the places of those in a document. */
async function inPlaceOfTheDocuments(flags: readonly string[] = []) {
  const backend = await HttpBackend.start();
  const backendHost = new URL(backend.url).host;
  const { program, url } = await SpawnedProgram.listening('gateway/main.js', [
    '--port=0',
    ...flags.map((flag) => flag.replace('127.0.0.1:3000', backendHost)),
  ]);
  const placed = (code: string) =>
    code.replaceAll('http://127.0.0.1:8080', url).replaceAll('127.0.0.1:3000', backendHost);
  return {
    backend,
    shell: async (code: string) => (await run('bash', ['-euc', placed(code)])).stdout,
    python: async (code: string) => (await run('/usr/bin/python3', ['-c', placed(code)])).stdout,
    async [Symbol.asyncDispose]() {
      await program.kill('SIGTERM');
      await backend[Symbol.asyncDispose]();
    },
  };
}

it('an API is created and called with the AWS CLI and curl', async () => {
  const [quickCreate = '', more = ''] = new DocumentCode(FILE, 'By hand').commands;
  await using gateway = await inPlaceOfTheDocuments();
  gateway.backend.answer = ({ url }) => ({ status: 200, body: `received ${url}` });
  const output = await gateway.shell(quickCreate + more);
  expect(output).toContain('received /anything');
  expect(output).toMatch(/^access-control-allow-origin: https:\/\/shop\.example\r$/im);
  expect(output).toContain('received /v2/7?user=ann');
  const [, mapped] = [await gateway.backend.next(), await gateway.backend.next()];
  expect(mapped.headers['x-user']).toBe('ann');
});

it('an API is created and called with boto3, through a VPC link and behind a domain name', async () => {
  const [script = ''] = new DocumentCode(FILE, 'By hand').fenced('python');
  await using gateway = await inPlaceOfTheDocuments(['--target=books-lb=127.0.0.1:3000']);
  expect((await gateway.python(script)).split('\n')).toEqual([
    '200 GET /books/{id} https://shop.example',
    '200 GET /books/{id} None',
    '',
  ]);
  const received = [await gateway.backend.next(), await gateway.backend.next()];
  expect(received.map(({ url, headers }) => [url, headers['x-stage'], headers.host])).toEqual([
    ['/books/7', 'dev', expect.stringMatching(/^127\.0\.0\.1:\d+$/)],
    ['/books/8', 'dev', 'api.books.example'],
  ]);
});

it('the template of the first command is served with its function and its target', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'document-'));
  await writeFile(join(folder.path, 'Stack.template.json'), JSON.stringify(BOOKS));
  await writeFile(
    join(folder.path, 'books.mjs'),
    'export const handler = async ({ rawPath }) => `function ${rawPath}`;\n',
  );
  const [command = '', curl = ''] = new DocumentCode(FILE, 'HTTP APIs').commands[0]?.split('\n') ?? [];
  const flags = flagsOf(command).map((flag) => flag.replace(/(?<=^|=)(?:cdk\.out|dist)/, folder.path));
  await using gateway = await inPlaceOfTheDocuments(flags);
  gateway.backend.answer = ({ url }) => ({ status: 200, body: `target ${url}` });
  expect(await gateway.shell(curl)).toBe('function /books');
  expect(await gateway.shell(curl.replace('/books', '/other'))).toBe('target /other');
});

it('a request is recorded where the document says', async () => {
  const [curl = ''] = new DocumentCode(FILE, 'In tests').commands;
  await using gateway = await inPlaceOfTheDocuments(['--record=1mb']);
  const [quickCreate = ''] = new DocumentCode(FILE, 'By hand').commands;
  await gateway.shell(quickCreate);
  const { items } = JSON.parse(await gateway.shell(curl)) as { readonly items: readonly object[] };
  expect(items).toMatchObject([{ type: 'http_request', outcome: { status: 200 } }]);
});

it('explain prints a request', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'document-'));
  const template = join(folder.path, 'template.json');
  await writeFile(template, JSON.stringify(BOOKS));
  const [command = ''] = new DocumentCode(FILE, 'Before you deploy').commands;
  const { stdout } = await run('bash', [
    '-euc',
    asProgram(command.replace('template.json', `'${template}'`)),
  ]);
  expect(stdout).toContain('"rawPath": "/books"');
});

it('the targets with attributes are accepted', async () => {
  const [command = ''] = new DocumentCode(FILE, 'Targets of private integrations').commands;
  const starts = `exec ${asProgram(command.trim())} --port 0`;
  await using program = SpawnedProgram.command(['bash', '-euc', starts]);
  await program.prints('"listening"');
});

const api = { Ref: 'Api' };

const BOOKS = {
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'books', ProtocolType: 'HTTP' } },
    BooksFn: { Type: 'AWS::Lambda::Function', Properties: {} },
    lblistener: { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { Port: 80 } },
    Link: { Type: 'AWS::ApiGatewayV2::VpcLink', Properties: { Name: 'books', SubnetIds: ['subnet-1'] } },
    Function: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: api,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['BooksFn', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Private: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: api,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'ANY',
        IntegrationUri: { Ref: 'lblistener' },
        ConnectionType: 'VPC_LINK',
        ConnectionId: { Ref: 'Link' },
        PayloadFormatVersion: '1.0',
      },
    },
    Books: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: api, RouteKey: 'GET /books', Target: { 'Fn::Sub': 'integrations/${Function}' } },
    },
    Default: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: api, RouteKey: '$default', Target: { 'Fn::Sub': 'integrations/${Private}' } },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: api, StageName: '$default', AutoDeploy: true },
    },
  },
};
