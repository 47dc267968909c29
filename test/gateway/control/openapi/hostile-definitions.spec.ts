import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { definition, imported, refusal, routeKeys } from './definitions.js';

/** A definition with a reference in each place that an import reads. */
const PLACES: Readonly<Record<string, (reference: object) => object>> = {
  'a path': (reference) => definition({ paths: { '/a': reference } }),
  'an operation': (reference) => definition({ paths: { '/a': { get: reference } } }),
  'an integration': (reference) =>
    definition({ paths: { '/a': { get: { 'x-amazon-apigateway-integration': reference } } } }),
  'a shared integration': (reference) =>
    definition({ components: { 'x-amazon-apigateway-integrations': { a: reference } } }),
  'a security scheme': (reference) => definition({ components: { securitySchemes: { a: reference } } }),
  'the components': (reference) => definition({ components: reference }),
  info: (reference) => definition({ info: reference }),
  CORS: (reference) => definition({ 'x-amazon-apigateway-cors': reference }),
};

describe('a reference out of the definition is refused, and nothing is read', () => {
  it.each(Object.entries(PLACES))('in %s', async (_, place) => {
    const requests: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url);
      response.end('{}');
    });
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const folder = mkdtempSync(join(tmpdir(), 'backchannel-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'other.json');
    writeFileSync(file, '{"get": {}, "title": "read from the file", "securitySchemes": {}}');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/other.json`;
    for (const $ref of [url, file, pathToFileURL(file).href, `${file}#/get`, 'other.json', '#other', '']) {
      expect(refusal({ ...place({ $ref }) })).toMatch(/leads out of the definition/);
    }
    expect(requests).toEqual([]);
  });
});

describe('a reference within the definition', () => {
  it('is followed, over several steps and with escaped names', () => {
    const { resources } = imported(
      definition({
        paths: { '/a/{b}': { $ref: '#/components/pathItems/x~1y~0%20z' } },
        components: { pathItems: { 'x/y~ z': { $ref: '#/components/pathItems/c' }, c: { get: {} } } },
      }),
    );
    expect(routeKeys(resources)).toEqual(['GET /a/{b}']);
  });

  it.each(Object.entries(PLACES))('that leads in a circle is refused in %s', (_, place) => {
    const circle = { a: { $ref: '#/x-circle/b' }, b: { $ref: '#/x-circle/a' } };
    expect(refusal({ ...place({ $ref: '#/x-circle/a' }), 'x-circle': circle })).toMatch(/in a circle/);
  });

  it('to itself is refused', () => {
    expect(refusal(definition({ paths: { '/a': { $ref: '#/paths/~1a' } } }))).toMatch(/in a circle/);
  });

  it('to nothing, or to what every object inherits, is refused', () => {
    for (const $ref of ['#/x', '#/constructor', '#/paths/__proto__']) {
      expect(refusal(definition({ paths: { '/a': { $ref } } }))).toMatch(/there is nothing at/);
    }
  });

  it('in a schema is not followed: schemas may be circular', () => {
    const schema = { properties: { next: { $ref: '#/components/schemas/Node' } } };
    const operation = {
      requestBody: { content: { 'application/json': { schema: { $ref: 'https://unread.invalid/' } } } },
    };
    const { resources } = imported(
      definition({ paths: { '/a': { post: operation } }, components: { schemas: { Node: schema } } }),
    );
    expect(routeKeys(resources)).toEqual(['POST /a']);
  });
});

describe('a definition that is too large is refused', () => {
  it('by its bytes', () => {
    expect(refusal(`# ${'a'.repeat(6 * 1024 * 1024)}`)).toMatch(/more than 6291456 bytes/);
  });

  it('with its aliases expanded', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const item = level === 0 ? 'lol' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 10 }, () => item).join(', ')}]`;
    });
    expect(refusal(levels.join('\n'))).toMatch(/more than 500000 values/);
  });

  it.each([
    ['JSON', (depth: number) => `{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`],
    ['YAML', (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}`],
  ])('by its depth in %s', (_, nested) => {
    for (const depth of [200, 50_000]) expect(refusal(nested(depth))).toMatch(/nested/);
  });

  it('by an alias of itself', () => {
    expect(refusal('a: &a [*a]')).toMatch(/nested|anchor/);
  });
});

describe('a damaged definition', () => {
  const GOOD = definition({
    tags: [{ name: 'a' }],
    servers: [{ url: 'https://a/{basePath}', variables: { basePath: { default: 'b' } } }],
    security: [{ auth: [] }],
    'x-amazon-apigateway-cors': { allowOrigins: ['*'] },
    components: {
      'x-amazon-apigateway-integrations': { a: { type: 'http_proxy', httpMethod: 'GET', uri: 'http://a' } },
      securitySchemes: {
        auth: {
          type: 'oauth2',
          'x-amazon-apigateway-authorizer': {
            type: 'jwt',
            identitySource: '$request.header.a',
            jwtConfiguration: { issuer: 'https://a', audience: ['b'] },
          },
        },
      },
    },
    paths: {
      '/a/{b}': {
        get: {
          operationId: 'a',
          'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/a' },
        },
        'x-amazon-apigateway-any-method': { 'x-amazon-apigateway-auth': { type: 'NONE' } },
      },
    },
  });

  it('is imported or refused, whatever takes the place of one of its values', () => {
    const damage = (value: unknown, path: readonly number[], other: unknown): unknown => {
      const [step, ...rest] = path;
      if (step === undefined || typeof value !== 'object' || value === null) return other;
      const entries = Object.entries(value);
      const index = step % entries.length;
      const changed = entries.map(([key, item], at) => [
        key,
        at === index ? damage(item, rest, other) : item,
      ]);
      return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
    };
    const run = () =>
      fc.assert(
        fc.property(
          fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
          fc.constantFrom(
            null,
            0,
            -1,
            true,
            '',
            'x',
            '$default',
            [],
            [null],
            [[]],
            {},
            { a: null },
            { $ref: '#' },
          ),
          (path, other) => {
            const source = damage(GOOD, path, other) as Parameters<typeof imported>[0];
            // throws what is not a refusal
            refusal(source, { basePath: 'prepend' });
          },
        ),
        { numRuns: 300 },
      );
    expect(run).not.toThrow();
  });
});
