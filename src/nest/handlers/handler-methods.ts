import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
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
      this.#methodsOf(provider).flatMap((method) => {
        const metadata = Reflect.getMetadata(key, prototypeOf(provider)![method]!) as Metadata | undefined;
        if (metadata === undefined) return [];
        const invoke = this.#invocations.create(provider, method, event);
        return [{ name: `${provider.name}.${method}`, metadata, invoke }];
      }),
    );
  }

  #methodsOf(provider: InstanceWrapper): readonly string[] {
    const prototype = prototypeOf(provider);
    return prototype === undefined || provider.isAlias ? [] : this.scanner.getAllMethodNames(prototype);
  }
}

const prototypeOf = ({ metatype }: InstanceWrapper) =>
  (metatype as { readonly prototype?: Record<string, object> } | null)?.prototype;
