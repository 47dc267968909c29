import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { handlerMethods } from './handled-messages.js';
import { type HandledMessages } from './handler-decorators.js';
import { type HandlerInvocation, HandlerInvocations } from './handler-invocation.js';

/** A method with `@OnMessage`, ready to be called. */
export interface MessageHandler extends HandledMessages {
  /** For people, such as `Chat.roll`. */
  readonly name: string;
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
      for (const { method, ...handled } of handlerMethods(provider, this.scanner)) {
        const name = `${provider.name}.${method}`;
        this.#add({ name, ...handled, invoke: invocations.create(provider, method) });
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

  /** All of them, with the one for everything else. */
  get all(): readonly MessageHandler[] {
    return [...this.#byAction.values(), ...(this.#other === undefined ? [] : [this.#other])];
  }

  /** The one for everything else. */
  get other(): MessageHandler | undefined {
    return this.#other;
  }

  #add(handler: MessageHandler): void {
    const { action } = handler;
    const before = action === undefined ? this.#other : this.#byAction.get(action);
    if (before !== undefined) {
      const messages = action === undefined ? 'the messages of no other handler' : `the action ${action}`;
      throw new Error(`${before.name} and ${handler.name} both handle ${messages}.`);
    }
    if (action === undefined) this.#other = handler;
    else this.#byAction.set(action, handler);
  }
}
