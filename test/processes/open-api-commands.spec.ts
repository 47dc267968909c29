import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SpawnedProgram } from '../support/spawned-program.js';

const DEFINITION = `
openapi: 3.0.1
info: { title: books, version: '1.0' }
paths:
  /books:
    get:
      responses: { default: { description: the books } }
      x-amazon-apigateway-integration:
        { type: http_proxy, httpMethod: GET, uri: 'https://books.example', payloadFormatVersion: '1.0' }
`;

/** Runs `aws apigatewayv2` against a gateway. */
async function aws(url: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('aws', ['apigatewayv2', ...args], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: url,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  return stdout;
}

describe.skipIf(spawnSync('aws', ['--version']).error !== undefined)('aws apigatewayv2', () => {
  it('import-api, export-api and reimport-api work', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backchannel-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [source, copy] = [join(folder, 'books.yaml'), join(folder, 'copy.json')];
    await writeFile(source, DEFINITION);
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', ['--port', '0']);
    onTestFinished(() => program[Symbol.asyncDispose]());

    const created = JSON.parse(await aws(url, 'import-api', '--body', `file://${source}`)) as {
      ApiId: string;
    };
    expect(created).toMatchObject({ Name: 'books', ProtocolType: 'HTTP' });
    const api = ['--api-id', created.ApiId];
    await aws(url, 'export-api', ...api, '--specification', 'OAS30', '--output-type', 'JSON', copy);
    const exported = await readFile(copy, 'utf8');
    expect(JSON.parse(exported)).toHaveProperty(['paths', '/books', 'get']);

    await writeFile(copy, exported.replaceAll('/books', '/papers'));
    await aws(url, 'reimport-api', ...api, '--fail-on-warnings', '--body', `file://${copy}`);
    const { Items } = JSON.parse(await aws(url, 'get-routes', ...api)) as { Items: object[] };
    expect(Items).toMatchObject([{ RouteKey: 'GET /papers' }]);
  });
});
