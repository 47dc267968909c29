import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { decoratedMethods } from './decorated-methods.js';
import { type HandlerCall } from './handler-call.js';
import { type HandlerInvocation, HandlerInvocations } from './handler-invocation.js';

/** A method with one of our decorators. */
export interface HandlerMethod<Metadata = unknown> {
  /** For people, such as `Chat.roll`. */
  readonly name: string;
  readonly metadata: Metadata;
  readonly invoke: HandlerInvocation;
}

/** Finds the handlers in all modules of the application. */
@Injectable()
export class HandlerMethods {
  readonly #invocations: HandlerInvocations;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    modules: ModulesContainer,
    moduleRef: ModuleRef,
  ) {
    this.#invocations = new HandlerInvocations(modules, moduleRef);
  }

  /**
   * The methods of providers and controllers that have metadata of a decorator.
   *
   * @param event what the decorator's methods handle
   * @throws {TypeError} one has a parameter that this event does not have
   */
  find<Metadata = unknown>(key: string, event: HandlerCall['event']): readonly HandlerMethod<Metadata>[] {
    const providers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    return [...new Set(providers)].flatMap((provider) =>
      decoratedMethods<Metadata>(provider, this.scanner, key).map(({ method, metadata }) => {
        const invoke = this.#invocations.create(provider, method, event);
        return { name: `${provider.name}.${method}`, metadata, invoke };
      }),
    );
  }
}
