import {
  type ArgumentsHost,
  BadRequestException,
  type CallHandler,
  type CanActivate,
  Catch,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  Scope,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE, REQUEST } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { map } from 'rxjs';
import { expect, it } from 'vitest';
import { ClientMessageSchema } from '../../../src/api/message-schemas.js';
import {
  Caller,
  ConnectionId,
  Message,
  type MessageCall,
  messageCall,
  OnMessage,
  RawMessage,
} from '../../../src/nest/index.js';
import { MessageHandlers } from '../../../src/nest/messages/message-handlers.js';
import { startServiceWith } from '../../support/service-app.js';

/** What a client gets for each of these frames, from an application with these providers. */
async function replies(
  providers: readonly Type[],
  ...frames: readonly string[]
): Promise<readonly unknown[]> {
  @Module({ providers: [...providers] })
  class Handlers {}
  await using service = await startServiceWith(['alice='], {}, { imports: [Handlers] });
  for (const text of frames) await service.post('/message', 'alice=').send(text);
  return service.endpoint.posts.map(({ data }) => data);
}

/** The steps of one message, in their order. */
const steps: string[] = [];

class NotedGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    steps.push(`guard of ${context.getType()} ${context.getClass().name}.${context.getHandler().name}`);
    return (messageCall(context).message as { readonly isForbidden?: boolean }).isForbidden !== true;
  }
}

class NotedInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler) {
    steps.push('interceptor, before');
    return next.handle().pipe(
      map((reply: object) => {
        steps.push('interceptor, after');
        return { ...reply, isIntercepted: true };
      }),
    );
  }
}

class NotedPipe implements PipeTransform {
  transform(value: unknown) {
    steps.push('pipe');
    return value;
  }
}

@Catch(RangeError)
class RangeFilter implements ExceptionFilter {
  catch(error: RangeError, host: ArgumentsHost) {
    const { caller } = host.getArgByIndex<MessageCall>(1);
    return { type: 'error', code: 'out_of_range', message: `${caller.connectionId} ${error.message}` };
  }
}

const Size = createParamDecorator(
  (factor: number, context: ExecutionContext) =>
    Number((messageCall(context).message as { readonly size: unknown }).size) * factor,
);

it('has a handler for every action of PROTOCOL.md', async () => {
  await using service = await startServiceWith([]);
  const actions = ClientMessageSchema.options.map(({ shape }) => shape.action.value);
  expect(service.app.get(MessageHandlers, { strict: false }).actions).toEqual(actions);
});

it('runs guards, interceptors, pipes and the handler in the order of Nest', async () => {
  @UseGuards(NotedGuard)
  @UseInterceptors(NotedInterceptor)
  @Injectable()
  class Chat {
    @UsePipes(NotedPipe)
    @OnMessage('say')
    say(@Message() { text }: { readonly text: string }, @Caller() caller: Caller) {
      steps.push('handler');
      return { type: 'said', text, by: caller.connectionId };
    }
  }
  steps.length = 0;
  const sent = await replies([Chat], '{"action":"say","id":7,"text":"hello"}');
  expect(sent).toEqual(['{"type":"said","text":"hello","by":"alice=","isIntercepted":true,"id":7}']);
  expect(steps).toEqual([
    'guard of backchannel Chat.say',
    'interceptor, before',
    'pipe',
    'pipe',
    'handler',
    'interceptor, after',
  ]);
});

it('refuses by a guard, a pipe and an exception, with the code of its status', async () => {
  @Injectable()
  class Chat {
    @UseGuards(NotedGuard)
    @OnMessage('guarded')
    guarded() {
      return { type: 'done' };
    }

    @OnMessage('piped')
    piped(
      @Message(
        new (class {
          transform(value: { readonly size?: string }) {
            return new ParseIntPipe().transform(value.size ?? '', { type: 'custom' });
          }
        })(),
      )
      size: number,
    ) {
      return { type: 'done', size };
    }

    @OnMessage('thrown')
    thrown(@Message() { status }: { readonly status: number }) {
      if (status === 403) throw new ForbiddenException('not today');
      throw new BadRequestException('what?');
    }
  }
  const sent = await replies(
    [Chat],
    '{"action":"guarded","isForbidden":true}',
    '{"action":"piped","size":"12"}',
    '{"action":"piped","size":"twelve"}',
    '{"action":"thrown","status":403}',
    '{"action":"thrown","status":400}',
  );
  expect(sent.map((text) => JSON.parse(text as string) as unknown)).toEqual([
    { type: 'error', code: 'not_permitted', message: 'Forbidden resource' },
    { type: 'done', size: 12 },
    { type: 'error', code: 'bad_message', message: expect.stringContaining('numeric string') },
    { type: 'error', code: 'not_permitted', message: 'not today' },
    { type: 'error', code: 'bad_message', message: 'what?' },
  ]);
});

it('sends what a filter returns', async () => {
  @UseFilters(RangeFilter)
  @Injectable()
  class Chat {
    @OnMessage('count')
    count(): never {
      throw new RangeError('counts too far');
    }
  }
  expect(await replies([Chat], '{"action":"count","id":"c"}')).toEqual([
    '{"type":"error","code":"out_of_range","message":"alice= counts too far","id":"c"}',
  ]);
});

it('fills parameters with own decorators, and leaves the others undefined', async () => {
  @Injectable()
  class Chat {
    @OnMessage('measure')
    measure(@Size(3) size: number, nothing: unknown, @ConnectionId() id: string, @RawMessage() text: string) {
      return { size, isNothing: nothing === undefined, id, text };
    }
  }
  expect(await replies([Chat], '{"action":"measure","size":2}')).toEqual([
    JSON.stringify({ size: 6, isNothing: true, id: 'alice=', text: '{"action":"measure","size":2}' }),
  ]);
});

it('creates a provider of request scope for each message, with its guards and the call', async () => {
  let created = 0;
  @UseGuards(NotedGuard)
  @Injectable({ scope: Scope.REQUEST })
  class Chat {
    readonly #number = (created += 1);
    constructor(@Inject(REQUEST) private readonly call: MessageCall) {}

    @OnMessage('which')
    which() {
      return { number: this.#number, text: this.call.text };
    }
  }
  expect(
    await replies(
      [Chat],
      '{"action":"which"}',
      '{"action":"which","isForbidden":true}',
      '{"action":"which"}',
    ),
  ).toEqual([
    JSON.stringify({ number: 1, text: '{"action":"which"}' }),
    expect.stringContaining('not_permitted'),
    JSON.stringify({ number: 3, text: '{"action":"which"}' }),
  ]);
});

it('does not run global enhancers of the application', async () => {
  const seen: unknown[] = [];
  const note = (context: ExecutionContext) => seen.push(context.getType());
  @Injectable()
  class Chat {
    @UseGuards(NotedGuard)
    @OnMessage('say')
    say(@Message() message: object) {
      return { type: 'said', ...message };
    }
  }
  @Module({
    providers: [
      Chat,
      { provide: APP_PIPE, useValue: { transform: (value: unknown) => (seen.push(value), value) } },
      { provide: APP_GUARD, useValue: { canActivate: note } },
      {
        provide: APP_INTERCEPTOR,
        useValue: {
          intercept: (context: ExecutionContext, next: CallHandler) => (note(context), next.handle()),
        },
      },
    ],
  })
  class Handlers {}
  await using service = await startServiceWith(['alice='], {}, { imports: [Handlers] });
  await service.send('alice=', { action: 'say', text: 'hello' }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'said', text: 'hello' }]);
  expect(seen).toEqual([]);
});

it('sends an object with the id, a string unmodified, and nothing for undefined', async () => {
  @Injectable()
  class Chat {
    @OnMessage('reply')
    reply(@Message() { as }: { readonly as: string }) {
      return { empty: {}, text: 'just text', nothing: undefined, wrong: 5 }[as];
    }
  }
  const frames = ['empty', 'text', 'nothing', 'wrong'].map((as) =>
    JSON.stringify({ action: 'reply', id: 1, as }),
  );
  expect(await replies([Chat], ...frames)).toEqual([
    '{"id":1}',
    'just text',
    expect.stringContaining('internal_error'),
  ]);
});

it('passes what no other handler takes to the one without an action, also if it is not JSON', async () => {
  @Injectable()
  class Chat {
    @OnMessage()
    other(@RawMessage() text: string, @Message() message: unknown) {
      return `${text} ${JSON.stringify(message)}`;
    }
  }
  expect(await replies([Chat], 'hello', '[1]', '{"action":"dance","x":1}', '{"action":"ping"}')).toEqual([
    'hello undefined',
    '[1] undefined',
    '{"action":"dance","x":1} {"x":1}',
    '{"type":"pong"}',
  ]);
});

it('has no call for a guard of a method that is no handler', () => {
  const context = new ExecutionContextHost([], Chat, Reflect.get(Chat.prototype, 'list'));
  expect(() => messageCall(context)).toThrow(
    "Chat.list is no handler of a connection's events, and has no call",
  );
});

class Chat {
  list(): void {}
}
