import { describe, expect, it } from 'vitest';
import { type DeployedRoute } from '../../../../src/gateway/control/snapshot.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { readMessage } from '../../../../src/gateway/websocket/client-message.js';
import { validateMessage } from '../../../../src/gateway/websocket/steps/validate-message.js';

const models = (
  schemas: Record<string, object>,
  selection = String.raw`\$default`,
): DeployedRoute['models'] => ({
  selection: parseSelectionExpression(selection, 'request'),
  schemas: new Map(Object.entries(schemas)),
});

const JOIN = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  title: 'join',
  type: 'object',
  properties: {
    channel: { type: 'string', minLength: 1, format: 'channel-name' },
    // draft 4's form: a boolean
    since: { type: 'integer', minimum: 0, exclusiveMinimum: true },
  },
  required: ['channel'],
};

const problem = (routeModels: DeployedRoute['models'], text: string) =>
  validateMessage(routeModels, readMessage(text));

describe('a message', () => {
  it.each(['{"channel":"a"}', '{"channel":"a","since":1,"more":true}'])('is valid: %s', (text) => {
    expect(problem(models({ $default: JOIN }), text)).toBeUndefined();
  });

  it.each(['{}', '{"channel":""}', '{"channel":1}', '{"channel":"a","since":0}', '[]', 'null', '"text"'])(
    'is not valid: %s',
    (text) => {
      expect(problem(models({ $default: JOIN }), text)).toEqual(expect.any(String));
    },
  );

  it.each(['text', '', '{"channel":"a"'])('is not valid without JSON: %j', (text) => {
    expect(problem(models({ $default: {} }), text)).toEqual(expect.any(String));
  });

  it('has a problem with its place', () => {
    expect(problem(models({ $default: JOIN }), '{"channel":"a","since":"x"}')).toContain('/since');
  });

  it('does not have the properties of every object', () => {
    expect(problem(models({ $default: { required: ['constructor', 'toString'] } }), '{}')).toEqual(
      expect.any(String),
    );
  });
});

describe('the model', () => {
  const byAction = models({ join: JOIN, $default: { required: ['action'] } }, '${request.body.action}');

  it('is the one that the message selects', () => {
    expect(problem(byAction, '{"action":"join"}')).toEqual(expect.any(String));
    expect(problem(byAction, '{"action":"leave"}')).toBeUndefined();
  });

  it('is the one for $default when none is selected', () => {
    expect(problem(byAction, '{}')).toEqual(expect.any(String));
  });

  it.each([
    ['the route has none', undefined],
    ['none is selected and there is none for $default', models({ join: JOIN }, '${request.body.action}')],
  ])('allows every message when %s', (_, routeModels) => {
    expect(problem(routeModels, '{"action":"leave"}')).toBeUndefined();
    expect(problem(routeModels, 'text')).toBeUndefined();
  });
});

describe('a hostile message', () => {
  const tree = { type: 'array', items: { $ref: '#' } };

  it('is not valid when it is nested too deeply for a recursive model', () => {
    expect(problem(models({ $default: tree }), '['.repeat(60_000) + ']'.repeat(60_000))).toEqual(
      expect.any(String),
    );
  });

  it('has one problem when it has many errors', () => {
    const text = `[${'1,'.repeat(60_000)}1]`;
    expect(problem(models({ $default: tree }), text)?.length).toBeLessThan(100);
  });
});
