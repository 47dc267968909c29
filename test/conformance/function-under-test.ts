import { type IntegrationSpec, HttpApiInTarget } from './http-api-under-test.js';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import { FUNCTION_NAME, type StandInOptions } from './target.js';

export const FUNCTION_ARN =
  process.env.CONFORMANCE_FUNCTION_ARN ?? `arn:aws:lambda:us-east-1:000000000000:function:${FUNCTION_NAME}`;

interface Options {
  readonly version?: '1.0' | '2.0';
  readonly stageName?: string;
  readonly stage?: Parameters<HttpApiInTarget['createStage']>[1];
  readonly integration?: IntegrationSpec;
  readonly standIn?: StandInOptions;
}

/** An HTTP API with one route that calls a function of the case. */
export async function invoking(
  routeKey: string,
  { version = '2.0', stage = {}, stageName = '$default', integration, standIn }: Options = {},
) {
  const lambda = await FunctionBackend.start();
  const api = await HttpApiInTarget.deployed({
    routes: {
      [routeKey]: {
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION_ARN,
        PayloadFormatVersion: version,
        ...integration,
      },
    },
    stages: { [stageName]: stage },
    standIn: { ...standIn, functions: lambda.functions },
  });
  return {
    api,
    lambda,
    eventOf: async (path: string, init?: RequestInit): Promise<LambdaEvent> => {
      await api.request(path, init);
      return lambda.next();
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await lambda[Symbol.asyncDispose]();
    },
  };
}
