import 'reflect-metadata';
import {
  ContextIdFactory,
  ExternalContextCreator,
  type ModuleRef,
  type ModulesContainer,
} from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type NestContainer } from '@nestjs/core/injector/container.js';
import { ExternalExceptionFilterContext } from '@nestjs/core/exceptions/external-exception-filter-context.js';
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js';
import { GuardsContextCreator } from '@nestjs/core/guards/guards-context-creator.js';
import { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js';
import { InterceptorsContextCreator } from '@nestjs/core/interceptors/interceptors-context-creator.js';
import { PipesConsumer } from '@nestjs/core/pipes/pipes-consumer.js';
import { PipesContextCreator } from '@nestjs/core/pipes/pipes-context-creator.js';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { CONTEXT_TYPE, type HandlerCall } from './handler-call.js';
import { type ParameterReader, readerOf } from './handler-parameters.js';

/** Calls a handler with an event. @returns what the handler returns */
export type HandlerInvocation = (call: HandlerCall) => Promise<unknown>;

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Makes the function that calls a method of a provider, with the guards and other enhancers that are bound to it. */
export class HandlerInvocations {
  readonly #creator: ExternalContextCreator;

  constructor(
    modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {
    this.#creator = creatorWithoutGlobals(modules);
  }

  /**
   * @param provider of any scope
   * @throws {TypeError} a parameter is none of this event
   */
  create(provider: InstanceWrapper, method: string, event: HandlerCall['event']): HandlerInvocation {
    for (const reader of readersOf(provider, method)) {
      if (reader === undefined || reader.events.includes(event)) continue;
      throw new TypeError(
        `${provider.name}.${method} has the parameter ${reader.name}, which only handlers of the event ` +
          `${reader.events.join(', ')} have, and handles the event ${event}.`,
      );
    }
    if (!provider.isDependencyTreeStatic()) return this.#perCall(provider, method);
    const instance = provider.instance as Methods;
    return this.#direct(provider, method, instance) ?? this.#enhanced(provider, method, instance);
  }

  /** Without Nest's machinery, which costs a multiple of the call: undefined if something of it is needed. */
  #direct(provider: InstanceWrapper, method: string, instance: Methods): HandlerInvocation | undefined {
    if (ENHANCERS.some((kind) => isBound(kind, provider, method))) return undefined;
    const parameters = parametersOf(provider, method);
    const readers = readersOf(provider, method).filter((reader) => reader !== undefined);
    if (readers.length < parameters.length || parameters.some(({ pipes = [] }) => pipes.length > 0))
      return undefined;
    return async (call) =>
      instance[method]!(...readers.map((reader, index) => reader.read(call, parameters[index]!.data)));
  }

  #enhanced(
    provider: InstanceWrapper,
    method: string,
    instance: Methods,
    contextId?: ReturnType<typeof ContextIdFactory.create>,
  ): HandlerInvocation {
    const target = this.#creator.create(
      instance,
      instance[method]!,
      method,
      ROUTE_ARGS_METADATA,
      NO_OTHER_PARAMETERS,
      contextId,
      contextId && provider.id,
      // Nest's handler without a filter of ours would log each error once more
      { guards: true, interceptors: true, filters: isBound(EXCEPTION_FILTERS_METADATA, provider, method) },
      CONTEXT_TYPE,
    );
    return (call) => target(call.event === 'message' ? call.message : undefined, call) as Promise<unknown>;
  }

  /** For a provider that is created for each event, or that depends on one. */
  #perCall(provider: InstanceWrapper, method: string): HandlerInvocation {
    return async (call) => {
      const contextId = ContextIdFactory.create();
      this.moduleRef.registerRequestByContextId(call, contextId);
      const instance = await this.moduleRef.resolve<Methods>(provider.token as string, contextId, {
        strict: false,
      });
      return this.#enhanced(provider, method, instance, contextId)(call);
    };
  }
}

const ENHANCERS = [GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA, EXCEPTION_FILTERS_METADATA];

/** Whether a method or its class has enhancers of a kind. */
function isBound(kind: string, { metatype }: InstanceWrapper, method: string): boolean {
  const { prototype } = metatype as unknown as { readonly prototype: Methods };
  return Reflect.hasMetadata(kind, metatype!) || Reflect.hasMetadata(kind, prototype[method]!);
}

interface ParameterMetadata {
  readonly index: number;
  readonly factory?: unknown;
  readonly data?: unknown;
  readonly pipes?: readonly unknown[];
}

/** By position. A parameter without a decorator is absent, and gets `undefined`, as in Nest's controllers. */
function parametersOf({ metatype }: InstanceWrapper, method: string): readonly ParameterMetadata[] {
  const byKey = Reflect.getMetadata(ROUTE_ARGS_METADATA, metatype!, method) as
    Readonly<Record<string, ParameterMetadata>> | undefined;
  const found = Object.values(byKey ?? {});
  const count = Math.max(0, ...found.map(({ index }) => index + 1));
  return Array.from({ length: count }, (_, index) => found.find((each) => each.index === index) ?? { index });
}

/** Undefined for a parameter with another decorator, or without one. */
const readersOf = (provider: InstanceWrapper, method: string): readonly (ParameterReader | undefined)[] =>
  parametersOf(provider, method).map(({ factory }) => readerOf(factory));

/** Only parameters with a factory of their own are possible, not those of controllers such as `@Body()`. */
const NO_OTHER_PARAMETERS = { exchangeKeyForValue: () => undefined };

/**
 * Nest's own creator would add the application's global guards, pipes, interceptors and filters. They are written for
 * its HTTP requests; Nest's microservices do not inherit them either.
 *
 * @see https://docs.nestjs.com/faq/hybrid-application#sharing-configuration
 */
function creatorWithoutGlobals(modules: ModulesContainer): ExternalContextCreator {
  // the creators use nothing else of it
  const container = { getModules: () => modules } as NestContainer;
  return new ExternalContextCreator(
    new GuardsContextCreator(container),
    new GuardsConsumer(),
    new InterceptorsContextCreator(container),
    new InterceptorsConsumer(),
    modules,
    new PipesContextCreator(container),
    new PipesConsumer(),
    new ExternalExceptionFilterContext(container),
  );
}
