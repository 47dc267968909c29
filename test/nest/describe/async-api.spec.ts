import { expect, it } from 'vitest';
import { z } from 'zod';
import { OnMessage } from '../../../src/nest/index.js';
import { asyncApi, type DescribedApplication } from '../../../src/nest/describe/async-api.js';
import { type HandledMessages } from '../../../src/nest/messages/handler-decorators.js';
import { type MessageSchema } from '../../../src/nest/messages/message-schema.js';

const handler = (handled: Partial<HandledMessages>): HandledMessages => ({
  action: 'act',
  schema: undefined,
  reply: undefined,
  ...handled,
});

function describeHandlers(handlers: readonly HandledMessages[], rest: Partial<DescribedApplication> = {}) {
  return asyncApi({
    handlers,
    hasChannels: false,
    hasBackendApi: false,
    title: 'Test',
    version: '1',
    ...rest,
  });
}

it('describes the message of an action as the client sends it, with action and id', () => {
  const schema = z.strictObject({ sides: z.int().default(6), note: z.string().optional() });
  const { components, operations } = describeHandlers([handler({ action: 'dice.roll', schema })]);
  expect(components.schemas['DiceRollMessage']).toMatchObject({
    type: 'object',
    properties: {
      action: { const: 'dice.roll' },
      id: {},
      sides: { type: 'integer' },
      note: { type: 'string' },
    },
    required: ['action'],
    additionalProperties: false,
  });
  expect(operations['dice.roll']).toMatchObject({
    action: 'receive',
    messages: [{ $ref: '#/channels/connection/messages/DiceRollMessage' }],
    reply: {
      messages: [
        { $ref: '#/channels/connection/messages/DiceRollReply' },
        { $ref: '#/channels/connection/messages/ErrorMessage' },
      ],
    },
  });
});

it('describes a reply by its schema, to which members may be added, and with the id of the message', () => {
  const reply = z.object({ type: z.literal('rolled'), value: z.int() });
  const { components } = describeHandlers([handler({ action: 'roll', reply })]);
  expect(components.schemas['RollReply']).toMatchObject({
    properties: { id: {}, type: { const: 'rolled' }, value: { type: 'integer' } },
    required: ['type', 'value'],
  });
  expect(components.schemas['RollReply']).not.toHaveProperty('additionalProperties');
});

it('requires that a method returns what its reply describes', () => {
  const reply = z.object({ type: z.literal('rolled') });
  class Dice {
    @OnMessage('a', { reply })
    right(): { readonly type: 'rolled'; readonly more: number } {
      return { type: 'rolled', more: 1 };
    }

    @OnMessage('b', { reply })
    async none(): Promise<undefined> {
      return Promise.resolve(undefined);
    }

    // @ts-expect-error -- another type than the schema's
    @OnMessage('c', { reply })
    wrong() {
      return { type: 'lost' } as const;
    }
  }
  expect(Dice).toBeDefined();
});

it('describes each alternative of a union', () => {
  const schema = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a'), a: z.string() }),
    z.strictObject({ kind: z.literal('b'), b: z.string() }),
  ]);
  const { components } = describeHandlers([handler({ schema })]);
  const { anyOf, oneOf = anyOf } = components.schemas['ActMessage'] as { anyOf?: object[]; oneOf?: object[] };
  expect(oneOf).toMatchObject([
    { properties: { action: { const: 'act' }, a: {} }, required: ['action', 'kind', 'a'] },
    { properties: { action: { const: 'act' }, b: {} }, required: ['action', 'kind', 'b'] },
  ]);
});

it('gives different schemas of one name different names, and refers to the right one', () => {
  const withCard = (shape: Record<string, z.ZodType>) =>
    z.object({ card: z.object(shape).meta({ id: `Card${Object.keys(shape).length}` }) });
  const named = (field: string): MessageSchema => ({
    '~standard': {
      version: 1,
      vendor: 'other',
      validate: (value) => ({ value }),
      jsonSchema: {
        input: () => ({
          type: 'object',
          properties: { card: { $ref: '#/$defs/Card' } },
          $defs: { Card: { type: 'object', properties: { [field]: { type: 'string' } } } },
        }),
        output: () => ({}),
      },
    },
  });
  const { components } = describeHandlers([
    handler({ action: 'a', schema: named('suit') }),
    handler({ action: 'b', schema: named('rank') }),
    handler({ action: 'c', schema: named('suit') }),
    handler({ action: 'd', schema: withCard({ x: z.string() }) }),
  ]);
  const card = (name: string) =>
    (components.schemas[name] as { properties: { card: object } }).properties.card;
  expect(card('AMessage')).toEqual({ $ref: '#/components/schemas/Card' });
  expect(card('BMessage')).toEqual({ $ref: '#/components/schemas/Card2' });
  expect(card('CMessage')).toEqual({ $ref: '#/components/schemas/Card' });
  expect(card('DMessage')).toEqual({ $ref: '#/components/schemas/Card1' });
  expect(components.schemas).toMatchObject({
    Card: { properties: { suit: {} } },
    Card2: { properties: { rank: {} } },
    Card1: { properties: { x: {} } },
  });
});

it('describes a schema that contains itself', () => {
  interface Tree {
    readonly children: readonly Tree[];
  }
  const Tree: z.ZodType<Tree> = z.object({ children: z.lazy(() => z.array(Tree)) });
  const { components } = describeHandlers([handler({ schema: z.object({ tree: Tree }) })]);
  const text = JSON.stringify(components.schemas['ActMessage']);
  const [, name = ''] = /"tree":\{"\$ref":"#\/components\/schemas\/(\w+)"/.exec(text) ?? [];
  expect(JSON.stringify(components.schemas[name])).toContain(`"$ref":"#/components/schemas/${name}"`);
});

it.each([
  ['no schema', undefined, 'has no schema'],
  [
    'a library without JSON Schema',
    { '~standard': { version: 1, vendor: 'other', validate: (value: unknown) => ({ value }) } } as const,
    'other has no JSON Schema: it does not implement',
  ],
])('describes an action with %s as any object, and says so', (_, schema, note) => {
  const { components, operations } = describeHandlers([handler({ schema })]);
  expect(components.schemas['ActMessage']).toEqual({
    type: 'object',
    properties: { action: { type: 'string', const: 'act' }, id: expect.any(Object) as object },
    required: ['action'],
  });
  expect(operations['act']?.description).toContain(note);
});

it('lists only the messages of the features that there are', () => {
  const operationsOf = (rest: Partial<DescribedApplication>) =>
    Object.keys(describeHandlers([handler({ action: undefined })], rest).operations);
  expect(operationsOf({})).toEqual(['other']);
  expect(operationsOf({ hasChannels: true })).toEqual([
    'other',
    'sendChannelMessage',
    'sendMemberNotice',
    'sendMembershipsLost',
  ]);
  expect(operationsOf({ hasBackendApi: true })).toEqual(['other', 'sendDirectMessage', 'sendReconnect']);
});

it('says where clients connect, and with which token', () => {
  const { servers, channels, components } = describeHandlers([], {
    serverUrl: 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod',
    authentication: 'jwt',
  });
  expect(servers['api']).toMatchObject({
    host: 'abc123.execute-api.eu-west-1.amazonaws.com',
    protocol: 'wss',
    security: [{ $ref: '#/components/securitySchemes/token' }],
  });
  expect(channels.connection.address).toBe('/prod');
  expect(components.securitySchemes).toMatchObject({
    token: { type: 'httpApiKey', in: 'query', name: 'token' },
  });
  const local = describeHandlers([], { serverUrl: 'http://127.0.0.1:8080/dev' });
  expect(local.servers['api']).toMatchObject({ host: '127.0.0.1:8080', protocol: 'ws' });
});
