import { expect } from 'vitest';
import { ApiUnderTest } from './api-under-test.js';

export type Json = Record<string, unknown>;

/** An HTTP API of a case's own. */
export const createHttpApi = async (settings: object = {}) =>
  ApiUnderTest.create({
    api: { ProtocolType: 'HTTP', RouteSelectionExpression: undefined, ...settings },
  });

/** One operation of the control plane: its status and body. */
export async function operate(api: ApiUnderTest, method: string, path: string, body?: Json) {
  const response = await api.controlRequest(method, path, body);
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
}

/** Below the API. */
export const below = async (api: ApiUnderTest, method: string, path: string, body?: Json) =>
  operate(api, method, `/v2/apis/${api.apiId}${path}`, body);

export async function created(api: ApiUnderTest, path: string, body: Json): Promise<Json> {
  const result = await below(api, 'POST', path, body);
  expect(result).toMatchObject({ status: 201 });
  return result.body;
}

export const URL_INTEGRATION = {
  integrationType: 'HTTP_PROXY',
  integrationMethod: 'ANY',
  integrationUri: 'https://books.example',
  payloadFormatVersion: '1.0',
};

export const createUrlIntegration = async (api: ApiUnderTest, settings: Json = {}) =>
  created(api, '/integrations', { ...URL_INTEGRATION, ...settings });

export const functionIntegration = ({ target }: ApiUnderTest): Json => ({
  integrationType: 'AWS_PROXY',
  integrationUri: target.functionArn,
  payloadFormatVersion: '2.0',
});

/** The response with AWS's text. */
export const badRequest = (message: string | RegExp) => ({
  status: 400,
  body: { message: typeof message === 'string' ? message : expect.stringMatching(message) },
});
