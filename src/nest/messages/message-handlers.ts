import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type HandledMessages, HANDLED_MESSAGES } from './handler-decorators.js';
import { type HandlerInvocation, HandlerInvocations } from './handler-invocation.js';
import { type MessageSchema } from './message-schema.js';

/** A method with `@OnMessage`. */
export interface MessageHandler {
  /** For people, such as `Chat.roll`. */
  readonly name: string;
  readonly schema: MessageSchema | undefined;
  readonly invoke: HandlerInvocation;
}

/** The methods with `@OnMessage` in all modules of the application. */
@Injectable()
export class MessageHandlers implements OnModuleInit {
  readonly #byAction = new Map<string, MessageHandler>();
  #other: MessageHandler | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @throws {Error} two methods handle one action */
  onModuleInit(): void {
    const invocations = new HandlerInvocations(this.modules, this.moduleRef);
    const providers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    for (const provider of new Set(providers)) {
      for (const { method, action, schema } of this.#handledBy(provider)) {
        const name = `${provider.name}.${method}`;
        this.#add(action, { name, schema, invoke: invocations.create(provider, method) });
      }
    }
  }

  /** The actions that have a handler. */
  get actions(): readonly string[] {
    return [...this.#byAction.keys()];
  }

  of(action: string): MessageHandler | undefined {
    return this.#byAction.get(action);
  }

  /** The one for everything else. */
  get other(): MessageHandler | undefined {
    return this.#other;
  }

  #handledBy({
    metatype,
    isAlias,
  }: InstanceWrapper): readonly (HandledMessages & { readonly method: string })[] {
    const prototype = (metatype as { readonly prototype?: Record<string, object> } | null)?.prototype;
    if (prototype === undefined || isAlias) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
      const handled = Reflect.getMetadata(HANDLED_MESSAGES, prototype[method]!) as
        HandledMessages | undefined;
      return handled === undefined ? [] : [{ method, ...handled }];
    });
  }

  #add(action: string | undefined, handler: MessageHandler): void {
    const before = action === undefined ? this.#other : this.#byAction.get(action);
    if (before !== undefined) {
      const messages = action === undefined ? 'the messages of no other handler' : `the action ${action}`;
      throw new Error(`${before.name} and ${handler.name} both handle ${messages}.`);
    }
    if (action === undefined) this.#other = handler;
    else this.#byAction.set(action, handler);
  }
}
