import { GetIntegrationsCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest } from './api-under-test.js';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import { hasFunction } from './target.js';

const template = (text: string) => ({
  TemplateSelectionExpression: '\\$default',
  ResponseTemplates: { $default: text },
});

/** A two-way route `$default` that calls the case's function by way of templates, as `AWS` integrations do. */
async function withFunction(
  handler: (event: LambdaEvent) => unknown,
  integrationResponses: NonNullable<RouteSpec['integrationResponses']>,
) {
  const lambda = await FunctionBackend.start();
  lambda.handler = handler;
  const api = await ApiUnderTest.create({ standIn: { functions: lambda.functions } });
  await api.createRoute('$default', {
    isTwoWay: true,
    RouteResponseSelectionExpression: '$default',
    integration: {
      IntegrationType: 'AWS',
      IntegrationUri: api.functionUri,
      TemplateSelectionExpression: '\\$default',
      RequestTemplates: { $default: '{"said":$input.json("$.text")}' },
    },
    integrationResponses,
  });
  await api.deploy();
  const client = await api.open();
  return {
    api,
    lambda,
    async answerTo(message: unknown) {
      client.send(message);
      return client.nextText();
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await lambda[Symbol.asyncDispose]();
    },
  };
}

describe.runIf(hasFunction)('§5 a function behind an AWS integration', () => {
  it("gets the template's output, and its result goes through the integration response [documented]", async () => {
    await using on = await withFunction(
      ({ said }: LambdaEvent) => ({ heard: said as string }),
      [template('{"answer":$input.json("$.heard")}')],
    );
    expect(await on.answerTo({ text: 'hello' })).toBe('{"answer":"hello"}');
    expect(await on.lambda.next()).toEqual({ said: 'hello' });
  });

  it.each([
    ['out of stock', 'for stock'],
    ['broken', 'for all others'],
  ])(
    'that fails with "%s" selects its integration response by that message: %s [documented]',
    async (message, expected) => {
      await using on = await withFunction(() => {
        throw new Error(message);
      }, [
        { IntegrationResponseKey: '/.*stock.*/', ...template('for stock') },
        { IntegrationResponseKey: '$default', ...template('for all others') },
      ]);
      expect(await on.answerTo({ text: 'hello' })).toBe(expected);
    },
  );

  it('has its errorMessage as what integration responses are selected by, MOCK the status [documented]', async () => {
    await using on = await withFunction(() => null, [{}]);
    await on.api.createRoute('mock', { integration: { IntegrationType: 'MOCK' } });
    const { Items = [] } = await on.api.control.send(new GetIntegrationsCommand({ ApiId: on.api.apiId }));
    const selections = Items.map(({ IntegrationType, IntegrationResponseSelectionExpression: by = '' }) => [
      IntegrationType,
      by.replaceAll(/[${}]/g, ''),
    ]);
    expect(new Map(selections as [string, string][])).toEqual(
      new Map([
        ['AWS', 'integration.response.body.errorMessage'],
        ['MOCK', 'integration.response.statuscode'],
      ]),
    );
  });
});
