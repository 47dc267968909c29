import { describe, expect, it } from 'vitest';
import { type DeployedRoute } from '../../../../src/gateway/control/snapshot.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { readMessage } from '../../../../src/gateway/websocket/steps/select-route.js';
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

const problem = (of: DeployedRoute['models'], text: string) => validateMessage(of, readMessage(text));

describe('a message', () => {
  it.each(['{"channel":"a"}', '{"channel":"a","since":1,"more":true}'])(
    '%s is what the model allows',
    (text) => {
      expect(problem(models({ $default: JOIN }), text)).toBeUndefined();
    },
  );

  it.each(['{}', '{"channel":""}', '{"channel":1}', '{"channel":"a","since":0}', '[]', 'null', '"text"'])(
    '%s is not',
    (text) => {
      expect(problem(models({ $default: JOIN }), text)).toEqual(expect.any(String));
    },
  );

  it.each(['text', '', '{"channel":"a"'])('%j is no JSON, which no model allows', (text) => {
    expect(problem(models({ $default: {} }), text)).toEqual(expect.any(String));
  });

  it('is told what is wrong with it, and where', () => {
    expect(problem(models({ $default: JOIN }), '{"channel":"a","since":"x"}')).toContain('/since');
  });

  it('has no property only because every object has it', () => {
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
  ])('does not matter when %s', (_, of) => {
    expect(problem(of, '{"action":"leave"}')).toBeUndefined();
    expect(problem(of, 'text')).toBeUndefined();
  });
});

describe('a message made to do harm', () => {
  const tree = { type: 'array', items: { $ref: '#' } };

  it('nested too deeply for its model is not allowed', () => {
    expect(problem(models({ $default: tree }), '['.repeat(60_000) + ']'.repeat(60_000))).toEqual(
      expect.any(String),
    );
  });

  it('with many errors is told one of them, at once', () => {
    const text = `[${'1,'.repeat(60_000)}1]`;
    expect(problem(models({ $default: tree }), text)?.length).toBeLessThan(100);
  });
});
