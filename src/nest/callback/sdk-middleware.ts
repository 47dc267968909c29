import { type ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';

/**
 * Leaves out of the SDK's client what need not be done for every post: it copies its whole configuration to write a
 * request and again to read the answer, and prepares for the further tries that `maxAttempts: 1` rules out. What writes
 * requests, reads answers and makes errors of them is the SDK's protocol as before; only the steps around it are ours,
 * and have the SDK's names.
 */
export function simplifyMiddleware({ middlewareStack, config }: ApiGatewayManagementApiClient): void {
  const protocol = config.protocol as unknown as Protocol;
  const endpoint = config.endpoint!();

  middlewareStack.add(
    (next, context) => {
      const operation = operationOf(context);
      const whatItKnows = { ...config, ...context, endpoint: () => endpoint };
      return async (args) =>
        next({ ...args, request: await protocol.serializeRequest(operation, args.input, whatItKnows) });
    },
    { name: 'serializerMiddleware', step: 'serialize', tags: ['SERIALIZER'], override: true },
  );

  middlewareStack.add(
    (next, context) => {
      const operation = operationOf(context);
      const whatItKnows = { ...config, ...context };
      return async (args) => {
        const { response } = await next(args);
        try {
          return { response, output: await protocol.deserializeResponse(operation, whatItKnows, response) };
        } catch (error) {
          // as the SDK's own step does: the status of an answer that cannot be read is known all the same
          throw Object.defineProperty(error as object, '$response', { value: response });
        }
      };
    },
    { name: 'deserializerMiddleware', step: 'deserialize', tags: ['DESERIALIZER'], override: true },
  );

  // others are placed relative to it, so that it cannot be removed
  middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    tags: ['RETRY'],
    override: true,
  });
}

/** Of the SDK's protocols, whose own types are not of a package that we depend on. */
interface Protocol {
  serializeRequest(operation: Operation, input: object, context: object): Promise<unknown>;
  deserializeResponse<Output>(operation: Operation, context: object, response: unknown): Promise<Output>;
}

interface Operation {
  readonly namespace: string;
  readonly name: string;
  readonly traits: unknown;
  readonly input: unknown;
  readonly output: unknown;
}

/** The schema of the command to which the steps belong. */
function operationOf(context: object): Operation {
  const { __smithy_context: smithy } = context as {
    __smithy_context: { operationSchema: readonly [number, string, string, unknown, unknown, unknown] };
  };
  const [, namespace, name, traits, input, output] = smithy.operationSchema;
  return { namespace, name, traits, input, output };
}
