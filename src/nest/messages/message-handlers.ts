import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type HandlerInvocation } from '../handlers/handler-invocation.js';
import { HandlerMethods } from '../handlers/handler-methods.js';
import { type HandledMessages, HANDLED_MESSAGES } from './handler-decorators.js';

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

  constructor(private readonly methods: HandlerMethods) {}

  /** @throws {Error} two methods handle one action */
  onModuleInit(): void {
    for (const { name, metadata, invoke } of this.methods.find<HandledMessages>(HANDLED_MESSAGES, 'message'))
      this.#add({ name, ...metadata, invoke });
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
