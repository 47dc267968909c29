import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallHandler,
  type CanActivate,
  Catch,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  type PipeTransform,
  Scope,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { expect, it, vi } from 'vitest';
import { type ConnectionId as Id } from '../../../src/api/integration.js';
import { type ChannelName, type JsonText } from '../../../src/api/messages.js';
import {
  Caller,
  CloseCode,
  ConnectionId,
  type DisconnectCall,
  handlerCall,
  LeftChannels,
  OnConnect,
  OnDisconnect,
} from '../../../src/nest/index.js';
import { ChannelsService } from '../../../src/nest/channels/channels.service.js';
import { ConnectionsService } from '../../../src/nest/connections/connections.service.js';
import { Sweep } from '../../../src/nest/connections/sweep.js';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { Store } from '../../../src/nest/store/store.js';
import { type Extensions, startService, startServiceWith } from '../../support/service-app.js';

const [alice, bob] = ['alice=' as Id, 'bob=' as Id];

/** An application with these providers. */
function extensions(...providers: readonly Type[]): Extensions {
  @Module({ providers: [...providers] })
  class Handlers {}
  return { imports: [Handlers] };
}

/** Notes which connections have left, and with which code. */
function noting() {
  const left: (readonly [id: string, code: number | undefined])[] = [];
  @Injectable()
  class Noting {
    @OnDisconnect()
    left(@ConnectionId() id: string, @CloseCode() code: number | undefined) {
      left.push([id, code]);
    }
  }
  return { left, app: extensions(Noting) };
}

it('gives the method what the connection was, and lets it publish that it has left', async () => {
  const seen: unknown[] = [];
  @Injectable()
  class Chat {
    constructor(
      private readonly connections: ConnectionsService,
      private readonly channels: ChannelsService,
    ) {}

    @OnConnect()
    admit() {
      return { tenant: 'red' };
    }

    @OnDisconnect()
    async left(
      @Caller() caller: Caller<{ readonly tenant: string }>,
      @CloseCode() code: number | undefined,
      @LeftChannels() channels: readonly ChannelName[],
    ) {
      seen.push(caller, code, channels, await this.connections.get(caller.connectionId));
      for (const channel of channels) {
        const data = JSON.stringify({ left: caller.session.tenant }) as JsonText;
        await this.channels.send(channel, { data, from: caller.connectionId });
      }
    }
  }
  await using service = await startServiceWith([alice, bob], {}, extensions(Chat));
  for (const id of [alice, bob]) await service.send(id, { action: 'join', channel: 'news' });
  await service.post('/disconnect', alice).set('DisconnectStatusCode', '1001').send().expect(200);
  // the response comes after the method
  expect(seen).toEqual([{ connectionId: alice, session: { tenant: 'red' } }, 1001, ['news'], undefined]);
  expect(service.endpoint.messagesTo(bob)).toContainEqual({
    type: 'message',
    channel: 'news',
    offset: 1,
    data: { left: 'red' },
    from: alice,
  });
});

it('is called once for a connection, however often and wherever its end is noticed', async () => {
  const { left, app } = noting();
  await using service = await startServiceWith([alice, bob], {}, app);
  const disconnect = () => service.post('/disconnect', alice).set('DisconnectStatusCode', '1006').send();
  await Promise.all([disconnect(), disconnect()]);
  await disconnect().expect(200);
  expect(left).toEqual([[alice, 1006]]);
});

it('is called without a code for a connection that a message or the sweep finds gone', async () => {
  const { left, app } = noting();
  await using service = await startService({}, app, { sweepIdleMs: -1000 });
  for (const id of [alice, bob]) await service.post('/connect', id).send();
  service.endpoint.answer = () => 'gone';
  await service.send(alice, { action: 'ping' });
  await expect.poll(() => left).toEqual([[alice, undefined]]);
  service.endpoint.inspection = () => 'gone';
  await service.app.get(Sweep, { strict: false }).sweep();
  await expect
    .poll(() => left)
    .toEqual([
      [alice, undefined],
      [bob, undefined],
    ]);
  // the late $disconnect
  await service.post('/disconnect', alice).set('DisconnectStatusCode', '1001').send().expect(200);
  expect(left).toHaveLength(2);
});

it('has no code where something else is mapped', async () => {
  const { left, app } = noting();
  const codes = ['', '-', '99999', '1001, 1001'];
  await using service = await startServiceWith(
    codes.map((_, n) => `c${n}=`),
    {},
    app,
  );
  for (const [n, code] of codes.entries())
    await service.post('/disconnect', `c${n}=`).set('DisconnectStatusCode', code).send().expect(200);
  expect(left).toEqual(codes.map((_, n) => [`c${n}=`, undefined]));
});

it('logs an error of the method, and the connection is forgotten nevertheless', async () => {
  @Injectable()
  class Chat {
    @OnDisconnect()
    left() {
      throw new Error('no database');
    }
  }
  await using service = await startServiceWith([alice], {}, extensions(Chat));
  await service.post('/disconnect', alice).send().expect(200);
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      msg: 'handler of the end of a connection failed',
      endedConnectionId: alice,
      handler: 'Chat.left',
      err: expect.objectContaining({ message: 'no database' }),
    }),
  );
  expect(await service.app.get(ConnectionsService).get(alice)).toBeUndefined();
});

it('runs guards, interceptors, pipes, filters, own parameters and the method, of request scope', async () => {
  const steps: string[] = [];
  class NotedGuard implements CanActivate {
    canActivate(context: ExecutionContext) {
      steps.push(`guard of ${handlerCall(context).event}`);
      return handlerCall(context).caller.connectionId === alice;
    }
  }
  class NotedInterceptor implements NestInterceptor {
    intercept(_: ExecutionContext, next: CallHandler) {
      steps.push('interceptor');
      return next.handle();
    }
  }
  class Text implements PipeTransform {
    transform(code: number) {
      return `code ${code}`;
    }
  }
  @Catch(RangeError)
  class NotedFilter implements ExceptionFilter {
    catch({ message }: RangeError) {
      steps.push(message);
      // Nest takes nothing for an error that is not handled
      return message;
    }
  }
  const CountOfChannels = createParamDecorator(
    (_, context: ExecutionContext) => (handlerCall(context) as DisconnectCall).channels.length,
  );
  @UseGuards(NotedGuard)
  @UseInterceptors(NotedInterceptor)
  @UseFilters(NotedFilter)
  @Injectable({ scope: Scope.REQUEST })
  class Chat {
    constructor(@Inject(REQUEST) private readonly call: DisconnectCall) {}

    @OnDisconnect()
    left(@CloseCode(Text) code: string, @CountOfChannels() channels: number) {
      steps.push(`${this.call.caller.connectionId} ${code} ${channels}`);
      throw new RangeError('filtered');
    }
  }
  await using service = await startServiceWith([alice, bob], {}, extensions(Chat));
  for (const id of [alice, bob])
    await service.post('/disconnect', id).set('DisconnectStatusCode', '1001').send().expect(200);
  const guard = 'guard of disconnect';
  expect(steps).toEqual([guard, 'interceptor', 'alice= code 1001 0', 'filtered', guard]);
  const failures = service.lines.filter(({ msg }) => msg === 'handler of the end of a connection failed');
  expect(failures).toMatchObject([{ endedConnectionId: bob, err: { type: 'ForbiddenException' } }]);
});

it('is not called while the store fails, and once when the end is noticed again', async () => {
  const { left, app } = noting();
  await using service = await startServiceWith([alice], {}, app);
  const { connections } = service.app.get(Store);
  for (const method of ['getConnection', 'removeConnection'] as const) {
    const failing = vi.spyOn(connections, method).mockRejectedValue(new StoreUnavailableError('away'));
    await service.post('/disconnect', alice).send().expect(503);
    failing.mockRestore();
  }
  expect(left).toEqual([]);
  await service.post('/disconnect', alice).send().expect(200);
  expect(left).toEqual([[alice, undefined]]);
});

it('lets a method for which no request waits finish before the store closes', async () => {
  const { promise: canGoOn, resolve: goOn } = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let result: unknown = 'unfinished';
  @Injectable()
  class Chat {
    constructor(private readonly connections: ConnectionsService) {}

    @OnDisconnect()
    async left(@ConnectionId() id: Id) {
      started.resolve();
      await canGoOn;
      result = await this.connections.get(id);
    }
  }
  const service = await startServiceWith([alice], {}, extensions(Chat));
  service.endpoint.answer = () => 'gone';
  await service.send(alice, { action: 'ping' });
  await started.promise;
  const closed = service[Symbol.asyncDispose]();
  const closing = vi.spyOn(service.app.get(Store), 'close');
  const portIsClosed = () =>
    fetch(service.url).then(
      () => false,
      () => true,
    );
  await expect.poll(portIsClosed).toBe(true);
  // the store would be closed right after the port
  await sleep(200);
  expect(closing).not.toHaveBeenCalled();
  goOn();
  await closed;
  expect(closing).toHaveBeenCalled();
  expect(result).toBeUndefined();
});
