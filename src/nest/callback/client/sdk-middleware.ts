import { type ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';

/**
 * Replaces the three steps in the SDK's middleware that make a post slow: its serializer and deserializer copy the
 * whole configuration for each request and again for each response, and its retry step prepares for attempts that
 * `maxAttempts: 1` rules out. The SDK's protocol still serializes requests, parses responses and creates errors. The
 * new steps have the SDK's names, so that they override its own.
 */
export function simplifyMiddleware({ middlewareStack, config }: ApiGatewayManagementApiClient): void {
  const protocol = config.protocol as unknown as Protocol;
  const endpoint = config.endpoint!();

  middlewareStack.add(
    (next, context) => {
      const operation = operationOf(context);
      const protocolContext = { ...config, ...context, endpoint: () => endpoint };
      return async (args) =>
        next({ ...args, request: await protocol.serializeRequest(operation, args.input, protocolContext) });
    },
    { name: 'serializerMiddleware', step: 'serialize', tags: ['SERIALIZER'], override: true },
  );

  middlewareStack.add(
    (next, context) => {
      const operation = operationOf(context);
      const protocolContext = { ...config, ...context };
      return async (args) => {
        const { response } = await next(args);
        try {
          return {
            response,
            output: await protocol.deserializeResponse(operation, protocolContext, response),
          };
        } catch (error) {
          // like the SDK's own step, so that the status of a response that cannot be parsed is known
          throw Object.defineProperty(error as object, '$response', { value: response });
        }
      };
    },
    { name: 'deserializerMiddleware', step: 'deserialize', tags: ['DESERIALIZER'], override: true },
  );

  // replaced, not removed, because other steps are placed relative to it
  middlewareStack.add((next) => next, {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    tags: ['RETRY'],
    override: true,
  });
}

/** An SDK protocol. The SDK's own types for it are in a package that is not one of our dependencies. */
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

/** The schema of the command that the middleware is composed for. */
function operationOf(context: object): Operation {
  const { __smithy_context: smithy } = context as {
    __smithy_context: { operationSchema: readonly [number, string, string, unknown, unknown, unknown] };
  };
  const [, namespace, name, traits, input, output] = smithy.operationSchema;
  return { namespace, name, traits, input, output };
}
