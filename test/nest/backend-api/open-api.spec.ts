import { Ajv } from 'ajv';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackendApi, type TestApi } from './backend-api.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: unknown;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly security: unknown;
  readonly components: {
    readonly securitySchemes: unknown;
    readonly schemas: Readonly<Record<string, { readonly example?: unknown }>>;
  };
}

let api: TestApi;
let document: Document;
let operations: [name: string, path: string, method: string, operation: Operation][];
const NAMES = [
  'askToReconnect',
  'channel',
  'connection',
  'counts',
  'disconnect',
  'disconnectUser',
  'history',
  'members',
  'publish',
  'publishBatch',
  'sendToConnection',
  'sendToUser',
  'userConnections',
];
const ajv = new Ajv({ strict: false });

beforeAll(async () => {
  api = await startBackendApi({ AUTH: 'authorizer' });
  // without a key: nothing in it is secret
  document = (await request(api.service.app.getHttpServer()).get('/v1/openapi.json').expect(200))
    .body as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [operation.operationId, path, method, operation] as const,
    ),
  ) as typeof operations;
  ajv.addSchema(document, 'api');
});
afterAll(async () => api[Symbol.asyncDispose]());

describe('the OpenAPI document', () => {
  it('describes every operation with a name of its own', () => {
    const names = operations.map(([name]) => name);
    expect(names.toSorted()).toEqual(NAMES);
  });

  it.each(NAMES)('describes the parameters, the body and the responses of %s', (name) => {
    const [, path = '', method = '', operation] = operations.find(([other]) => other === name) ?? [];
    expect(operation).toMatchObject({
      summary: expect.stringMatching(/^[A-Z]/) as string,
      tags: [expect.any(String)],
    });
    const { parameters = [], requestBody, responses = {} } = operation ?? {};

    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    expect(
      parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name),
    ).toEqual(inPath);
    expect(parameters.filter(({ description = '' }) => description === '')).toEqual([]);
    const isPost = method === 'post';
    expect(requestBody !== undefined).toBe(isPost);
    expect(parameters.some((parameter) => parameter.name === 'Idempotency-Key')).toBe(isPost);

    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '400', '401', '500', '503']));
    const types = Object.entries(responses).map(([status, { content }]) => [status, ...Object.keys(content)]);
    expect(types).toEqual(
      Object.keys(responses).map((status) => [
        status,
        status === '200' ? 'application/json' : 'application/problem+json',
      ]),
    );
  });

  it('has a version of OpenAPI', () => {
    expect(document.openapi).toMatch(/^3\./);
  });

  it('requires an API key', () => {
    expect(document.security).toEqual([{ apiKey: [] }]);
    expect(document.components.securitySchemes).toMatchObject({ apiKey: { type: 'http', scheme: 'bearer' } });
  });

  it.each(NAMES)('is right that %s requires an API key', async (name) => {
    const [, path = '', method = ''] = operations.find(([other]) => other === name) ?? [];
    const url = path.replace(/\{\w+\}/, 'x');
    const response = await request(api.service.app.getHttpServer())[method as 'get' | 'post' | 'delete'](url);
    expect(response.body).toMatchObject({ status: 401, code: 'missing_api_key' });
  });

  it('has no broken references', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference,
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references))
      expect(() => ajv.compile({ $ref: `api${reference}` })).not.toThrow();
  });

  it('refers to a named schema for each body of a request and of a response', () => {
    const contents = operations.flatMap(([, , , { requestBody, responses }]) => [
      ...Object.values(requestBody?.content ?? {}),
      ...Object.values(responses).flatMap(({ content }) => Object.values(content)),
    ]);
    const references = contents.map(({ schema }) => schema);
    expect(references).toEqual(
      references.map(() => ({ $ref: expect.stringMatching(/^#\/components\/schemas\/[A-Z]\w+$/) as string })),
    );
    const names = new Set(references.map(({ $ref = '' }) => $ref.slice('#/components/schemas/'.length)));
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining([...names]));
    expect(names.size).toBeGreaterThan(10);
  });

  it('has examples that fit their schemas', () => {
    const examples = Object.entries(document.components.schemas).filter(
      ([, { example }]) => example !== undefined,
    );
    expect(examples.length).toBeGreaterThan(10);
    const problems = examples.flatMap(([name, { example }]) => {
      const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      return validate(example) ? [] : [{ name, errors: validate.errors }];
    });
    expect(problems).toEqual([]);
  });
});

describe('actual responses fit the document', () => {
  /** A request, where the document has it, and the status that is expected. */
  const CASES: readonly [
    method: 'get' | 'post' | 'delete',
    path: string,
    documented: string,
    status: number,
    body?: object,
  ][] = [
    ['post', '/v1/channels/news/messages', '/v1/channels/{channel}/messages', 200, { data: 1 }],
    ['get', '/v1/channels/news/messages', '/v1/channels/{channel}/messages', 200],
    ['get', '/v1/channels/news/messages?epoch=x&since_offset=1', '/v1/channels/{channel}/messages', 200],
    ['get', '/v1/channels/news', '/v1/channels/{channel}', 200],
    ['get', '/v1/channels/news/members', '/v1/channels/{channel}/members', 200],
    ['get', '/v1/channels/news/members?limit=1', '/v1/channels/{channel}/members', 200],
    [
      'post',
      '/v1/messages',
      '/v1/messages',
      200,
      {
        messages: [
          { channel: 'news', data: null },
          { channel: 'n'.repeat(257), data: 1 },
        ],
      },
    ],
    ['get', '/v1/connections/a%3D', '/v1/connections/{connectionId}', 200],
    ['post', '/v1/connections/a%3D/messages', '/v1/connections/{connectionId}/messages', 200, { data: 1 }],
    ['get', '/v1/users/alice/connections', '/v1/users/{userId}/connections', 200],
    ['post', '/v1/users/alice/messages', '/v1/users/{userId}/messages', 200, { data: 1 }],
    ['delete', '/v1/users/absent/connections', '/v1/users/{userId}/connections', 200],
    ['post', '/v1/reconnects', '/v1/reconnects', 200, { spreadMs: 1000, limit: 1 }],
    ['get', '/v1/counts', '/v1/counts', 200],
    ['post', '/v1/channels/news/messages', '/v1/channels/{channel}/messages', 400, {}],
    ['post', `/v1/channels/${'n'.repeat(257)}/messages`, '/v1/channels/{channel}/messages', 400, { data: 1 }],
    ['get', '/v1/channels/news/members?limit=0', '/v1/channels/{channel}/members', 400],
    ['get', '/v1/connections/absent', '/v1/connections/{connectionId}', 404],
    ['post', '/v1/users/alice/messages', '/v1/users/{userId}/messages', 413, { data: 'x'.repeat(131_072) }],
    ['post', '/v1/users/alice/messages', '/v1/users/{userId}/messages', 415],
    // API Gateway refuses this one, see below
    [
      'post',
      '/v1/connections/forbidden/messages',
      '/v1/connections/{connectionId}/messages',
      502,
      { data: 1 },
    ],
  ];

  beforeAll(async () => {
    await api.connect('a=', ['news'], 'alice');
    await api.connect('b=', ['news'], 'bob');
    await api.service.send('a=', { action: 'publish', channel: 'news', data: 1 }).expect(200);
    api.service.endpoint.answer = ({ connectionId }) =>
      connectionId === 'forbidden' ? 'forbidden' : 'accepted';
  });

  it.each(CASES)('%s %s, as %s: %i', async (method, path, documented, status, body) => {
    const call = api.call(method, path);
    const response = body === undefined ? await call : await call.send(body);
    expect(response.status).toBe(status);
    const type = response.type.replace('/', '~1');
    const where = `responses/${status}/content/${type}`;
    expect(problemsOf(response.body, documented, method, where)).toEqual([]);
    const { description } = document.paths[documented]![method]!.responses[status]!;
    const { code } = response.body as { code?: string };
    expect(description).toContain(code === undefined ? 'Done' : `\`${code}\``);
  });

  it('are tested for every operation except closing one connection, which is tested through the gateway', () => {
    const tested = new Set(
      CASES.filter(([, , , status]) => status === 200).map(([method, , path]) => `${method} ${path}`),
    );
    const all = operations.map(([, path, method]) => `${method} ${path}`);
    expect(all.filter((operation) => !tested.has(operation))).toEqual([
      'delete /v1/connections/{connectionId}',
    ]);
  });
});

describe('the page', () => {
  it.each(['/v1/docs', '/v1/docs/', '/v1/docs/swagger-ui.css', '/v1/docs/swagger-ui-bundle.js'])(
    'is served without a key: %s',
    async (path) => {
      expect((await request(api.service.app.getHttpServer()).get(path)).status).toBe(200);
    },
  );

  it.each(['/v1/docs/..%2f..%2fpackage.json', '/v1/docs/%2e%2e/%2e%2e/package.json', '/v1/docs/nothing'])(
    'shows no other file: %s',
    async (path) => {
      const response = await request(api.service.app.getHttpServer()).get(path);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.text).not.toContain('"version"');
    },
  );
});

function problemsOf(value: unknown, path: string, method: string, part: string) {
  const pointer = `paths/${path.replaceAll('/', '~1')}/${method}/${part}/schema`;
  const validate = ajv.compile({ $ref: `api#/${pointer.split('/').map(encodeURIComponent).join('/')}` });
  return validate(value) ? [] : validate.errors;
}
