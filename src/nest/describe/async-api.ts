import { type z } from 'zod';
import { MessageIdSchema } from '../../api/message-schemas.js';
import { nameOf, referenceTo } from '../json/json-schema.js';
import { type HandledMessages } from '../messages/handler-decorators.js';
import {
  type AsyncApiDocument,
  type AsyncApiMessage,
  type Operation,
  type Reference,
} from './async-api-document.js';
import {
  type Authentication,
  connectionBinding,
  securitySchemes,
  type ServerUrl,
  serverOf,
} from './async-api-server.js';
import { Components } from './components.js';
import { describeSchema, type Schema, withMembers } from './described-message.js';
import { BUILT_IN_ACTIONS, ERROR, SENT_BY_BACKENDS, SENT_IN_CHANNELS } from './protocol-messages.js';

/** What an application does with messages. */
export interface DescribedApplication {
  readonly handlers: readonly HandledMessages[];
  /** Whether it has channels with their actions. */
  readonly hasChannels: boolean;
  /** Whether other backends can send by its backend API. */
  readonly hasBackendApi: boolean;
  readonly title: string;
  readonly version: string;
  /** Where clients connect. Default API Gateway's own host name, with variables. */
  readonly serverUrl?: ServerUrl | undefined;
  /** How clients are authenticated. Default: the document says nothing about it. */
  readonly authentication?: Authentication | undefined;
}

/** The AsyncAPI document of an application: the messages of its clients, and what they receive. */
export function asyncApi(application: DescribedApplication): AsyncApiDocument {
  return new AsyncApiBuilder().build(application);
}

class AsyncApiBuilder {
  readonly #components = new Components();
  readonly #messages: Record<string, AsyncApiMessage> = {};
  readonly #operations: Record<string, Operation> = {};
  #errors: readonly Reference[] = [];

  build(application: DescribedApplication): AsyncApiDocument {
    const { handlers, hasChannels, hasBackendApi, title, version, authentication } = application;
    this.#errors = [this.#sent(ERROR, 'The message was not handled, or the action failed.')];
    for (const handler of handlers) {
      if (handler.action === undefined) this.#other();
      else this.#action(handler.action, handler, hasChannels);
    }
    const sent = [...(hasChannels ? SENT_IN_CHANNELS : []), ...(hasBackendApi ? SENT_BY_BACKENDS : [])];
    for (const { operation, summary, schema } of sent) {
      this.#operations[operation] = {
        action: 'send',
        channel: CONNECTION,
        summary,
        messages: [this.#sent(schema, summary)],
      };
    }
    this.#unions();
    const server = serverOf(application.serverUrl);
    const schemes = securitySchemes(authentication);
    return {
      asyncapi: '3.0.0',
      info: { title, version, description: DESCRIPTION },
      defaultContentType: 'application/json',
      servers: {
        api: {
          ...server.server,
          ...(schemes && {
            security: Object.keys(schemes).map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
          }),
        },
      },
      channels: {
        connection: {
          ...server.channel,
          description: 'The connection of a client.',
          messages: Object.fromEntries(
            Object.keys(this.#messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
          ),
          bindings: { ws: connectionBinding(authentication) },
        },
      },
      operations: this.#operations,
      components: {
        messages: this.#messages,
        schemas: this.#components.schemas,
        ...(schemes && { securitySchemes: schemes }),
      },
    };
  }

  #action(action: string, { schema, reply }: HandledMessages, hasChannels: boolean): void {
    const builtIn =
      hasChannels && action in BUILT_IN_ACTIONS
        ? BUILT_IN_ACTIONS[action as keyof typeof BUILT_IN_ACTIONS]
        : undefined;
    const described = describeSchema(schema, 'input');
    const payload = withMembers(
      described.schema,
      { action: { type: 'string', const: action }, id: MESSAGE_ID },
      ['action'],
    );
    const name = this.#message(
      `${pascal(action)}Message`,
      { ...described, schema: payload },
      builtIn?.summary ?? described.note,
    );
    const replies = [
      builtIn === undefined
        ? this.#reply(action, reply)
        : this.#sent(builtIn.reply, `The reply to \`${action}\`.`),
      ...this.#errors,
    ];
    this.#operations[operationName(action, this.#operations)] = {
      action: 'receive',
      channel: CONNECTION,
      summary: builtIn?.summary ?? `The action \`${action}\`.`,
      ...(builtIn === undefined && described.note !== undefined && { description: described.note }),
      messages: [inChannel(name)],
      reply: { channel: CONNECTION, messages: replies },
    };
  }

  /** The reply of a handler of the application. The service adds the `id` of the message to an object. */
  #reply(action: string, reply: HandledMessages['reply']): Reference {
    const described = describeSchema(reply, 'output');
    const schema = withMembers(described.schema, { id: MESSAGE_ID }, []);
    const note =
      reply === undefined
        ? `What the handler of \`${action}\` returns: the application does not describe it.`
        : described.note;
    return inChannel(this.#message(`${pascal(action)}Reply`, { ...described, schema }, note));
  }

  /** The handler of all other messages. */
  #other(): void {
    const name = this.#message(
      'OtherMessage',
      { schema: {}, definitions: {} },
      'Any other text, which need not be JSON.',
    );
    this.#operations['other'] = {
      action: 'receive',
      channel: CONNECTION,
      summary: 'Messages of all other actions, and frames that are not JSON.',
      messages: [inChannel(name)],
    };
  }

  /** A message of the protocol that the service sends. */
  #sent(schema: z.ZodType, summary: string): Reference {
    return inChannel(this.#message(nameOf(schema)!, describeSchema(schema, 'output'), summary));
  }

  /** One name for everything that a client sends, and one for what it receives: for generated types. */
  #unions(): void {
    const operations = Object.values(this.#operations);
    const received = operations.filter(({ action }) => action === 'receive');
    const sent = operations.filter(({ action }) => action === 'send');
    this.#union(
      'AnyClientMessage',
      received.flatMap(({ messages }) => messages),
    );
    this.#union('AnyServerMessage', [
      ...this.#errors,
      ...received.flatMap(({ reply }) => reply?.messages ?? []),
      ...sent.flatMap(({ messages }) => messages),
    ]);
  }

  #union(name: string, messages: readonly Reference[]): void {
    const names = new Set(messages.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1)));
    // no alternatives would be an invalid schema
    const schema = names.size === 0 ? { not: {} } : { anyOf: [...names].map(referenceTo) };
    this.#components.add(name, { schema, definitions: {} });
  }

  /** @returns the name that it got */
  #message(wanted: string, schema: Parameters<Components['add']>[1], summary: string | undefined): string {
    const name = this.#components.add(wanted, schema);
    this.#messages[name] = { name, ...(summary !== undefined && { summary }), payload: referenceTo(name) };
    return name;
  }
}

const CONNECTION: Reference = { $ref: '#/channels/connection' };

const inChannel = (message: string): Reference => ({ $ref: `#/channels/connection/messages/${message}` });

const MESSAGE_ID: Schema = {
  ...describeSchema(MessageIdSchema, 'input').schema,
  description: 'Chosen by the client and repeated in the reply.',
};

const DESCRIPTION =
  'Each text frame is one JSON object. With the sub-protocol `backchannel.batch`, a frame from the service may also be an ' +
  'array of several. A reply has the `id` of its message. Replies may arrive in another order than their messages.';

/** `chat.send` becomes `ChatSend`. */
function pascal(action: string): string {
  const words = action.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words.map((word) => `${word[0]!.toUpperCase()}${word.slice(1)}`).join('') || 'Unnamed';
}

/** An operation's name has only letters, digits and `_ . -`. */
function operationName(action: string, taken: Readonly<Record<string, unknown>>): string {
  const wanted = action.replace(/[^\w.-]+/g, '_') || 'unnamed';
  let name = wanted;
  for (let count = 2; Object.hasOwn(taken, name); count += 1) name = `${wanted}_${count}`;
  return name;
}
