import {
  type CallHandler,
  type CanActivate,
  Catch,
  createParamDecorator,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  Scope,
  type Type,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { map } from 'rxjs';
import { expect, it, vi } from 'vitest';
import { type ConnectionId as Id } from '../../../src/api/integration.js';
import {
  Caller,
  CloseCode,
  type ConnectCall,
  ConnectHeader,
  ConnectionId,
  handlerCall,
  Message,
  OnConnect,
  OnDisconnect,
  OnMessage,
  PrefixPermissions,
  type Sender,
} from '../../../src/nest/index.js';
import { ConnectionsService } from '../../../src/nest/connections/connections.service.js';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { Store } from '../../../src/nest/store/store.js';
import {
  type Extensions,
  startService,
  startServiceWith,
  type TestService,
} from '../../support/service-app.js';

const alice = 'alice=' as Id;

/** An application with these providers. */
function extensions(...providers: readonly Type[]): Extensions {
  @Module({ providers: [...providers] })
  class Handlers {}
  return { imports: [Handlers] };
}

const known = (service: TestService, id = alice) => service.app.get(ConnectionsService).get(id);

const join = (channel: string) => ({ action: 'join', channel });

interface Session {
  readonly tenant: string | undefined;
}

it('gives the method the user and the headers, and keeps what it returns for handlers and permission rules', async () => {
  let call: ConnectCall | undefined;
  class OwnTenant extends PrefixPermissions {
    override permits(_: unknown, channel: string, { session }: Sender) {
      return channel === (session as Session).tenant ? 'allowed' : 'not_permitted';
    }
  }
  const Call = createParamDecorator((_, context: ExecutionContext) => handlerCall(context));
  @Injectable()
  class Chat {
    @OnConnect()
    admit(
      @Caller() { connectionId, userId, session }: Caller,
      @ConnectionId() id: string,
      @ConnectHeader('X-Tenant') tenant: string | undefined,
      @ConnectHeader('x-none') none: string | undefined,
      @Call() connecting: ConnectCall,
    ): unknown {
      call = connecting;
      return { tenant, connectionId, userId, before: typeof session, isOne: id === connectionId, none };
    }

    @OnMessage('who')
    async who(@Caller() { session, userId }: Caller<Session>) {
      return { type: 'you', tenant: session.tenant, userId };
    }
  }
  const settings = { AUTH: 'authorizer', GATEWAY_SECRET: 'a-secret-of-the-gateway' };
  const permissions = OwnTenant as Type<PrefixPermissions>;
  await using service = await startService(settings, { ...extensions(Chat), permissions });
  const secret = settings.GATEWAY_SECRET;
  const connect = service.post('/connect', alice).set('UserId', 'zoe').set('X-TENANT', 'red');
  await connect.set('GatewaySecret', secret).send().expect(200);
  const session = { tenant: 'red', connectionId: alice, userId: 'zoe', before: 'undefined', isOne: true };
  expect(await known(service)).toMatchObject({ connectionId: alice, userId: 'zoe', session });
  for (const message of [{ action: 'who' }, join('red'), join('blue')])
    await service.send(alice, message).set('GatewaySecret', secret).expect(200);
  expect(service.endpoint.messagesTo(alice)).toMatchObject([
    { type: 'you', tenant: 'red', userId: 'zoe' },
    { type: 'joined', channel: 'red' },
    { code: 'not_permitted' },
  ]);
  expect(call?.headers).toMatchObject({ 'x-tenant': 'red' });
  expect(JSON.stringify(call)).not.toContain(secret);
});

it('keeps nothing for undefined, null for null, and what a promise resolves to', async () => {
  const text = '👩🏽‍🚀\u0000';
  @Injectable()
  class Chat {
    @OnConnect()
    admit(@ConnectionId() id: string) {
      return { 'undefined=': undefined, 'null=': null, 'promise=': Promise.resolve(text) }[id];
    }
  }
  const ids = ['undefined=', 'null=', 'promise='] as Id[];
  await using service = await startServiceWith(ids, {}, extensions(Chat));
  const records = await Promise.all(ids.map((id) => known(service, id)));
  expect(records.map((record) => record?.session)).toEqual([undefined, null, text]);
});

it('runs guards, interceptors, pipes, own parameters and the method in the order of Nest', async () => {
  const steps: string[] = [];
  class NotedGuard implements CanActivate {
    canActivate(context: ExecutionContext) {
      const call = handlerCall(context) as ConnectCall;
      steps.push(`guard of ${context.getType()} ${call.event} ${context.getHandler().name}`);
      return call.headers['x-tenant'] !== undefined;
    }
  }
  class NotedInterceptor implements NestInterceptor {
    intercept(_: ExecutionContext, next: CallHandler) {
      steps.push('interceptor, before');
      return next.handle().pipe(
        map((session: object) => {
          steps.push('interceptor, after');
          return { ...session, isIntercepted: true };
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
  const Agent = createParamDecorator(
    (name: string, context: ExecutionContext) => (handlerCall(context) as ConnectCall).headers[name],
  );
  @UseGuards(NotedGuard)
  @UseInterceptors(NotedInterceptor)
  @Injectable()
  class Chat {
    @UsePipes(NotedPipe)
    @OnConnect()
    admit(@ConnectHeader('x-age', ParseIntPipe) age: number, @Agent('user-agent') agent: string) {
      steps.push('handler');
      return { age, agent };
    }
  }
  await using service = await startService({}, extensions(Chat));
  const connect = () => service.post('/connect', alice).set('User-Agent', 'test').set('x-age', '42');
  await connect().send().expect(403);
  expect(steps).toEqual(['guard of backchannel connect admit']);
  await connect().set('x-tenant', 'red').set('x-age', 'old').send().expect(400);
  expect(await known(service)).toBeUndefined();
  steps.length = 0;
  await connect().set('x-tenant', 'red').send().expect(200);
  expect(steps).toEqual([
    'guard of backchannel connect admit',
    'interceptor, before',
    'pipe',
    'pipe',
    'handler',
    'interceptor, after',
  ]);
  expect((await known(service))?.session).toEqual({ age: 42, agent: 'test', isIntercepted: true });
});

it('accepts a client whose error a filter has turned into a session', async () => {
  @Catch(RangeError)
  class AsGuest implements ExceptionFilter {
    catch() {
      return { role: 'guest' };
    }
  }
  @Catch(TypeError)
  class AsRefusal implements ExceptionFilter {
    catch(): never {
      throw new UnauthorizedException('not like this');
    }
  }
  @UseFilters(AsGuest, AsRefusal)
  @Injectable()
  class Chat {
    @OnConnect()
    admit(@ConnectHeader('x-wrong') wrong: string | undefined): never {
      throw wrong === undefined ? new RangeError('too far') : new TypeError('wrong');
    }
  }
  await using service = await startService({}, extensions(Chat));
  await service.post('/connect', 'bob=').set('x-wrong', 'yes').send().expect(401);
  await service.post('/connect', alice).send().expect(200);
  expect((await known(service))?.session).toEqual({ role: 'guest' });
});

it('creates a provider of request scope for each handshake, with the call', async () => {
  let created = 0;
  @Injectable({ scope: Scope.REQUEST })
  class Chat {
    readonly #number = (created += 1);
    constructor(@Inject(REQUEST) private readonly call: ConnectCall) {}

    @OnConnect()
    admit() {
      return { number: this.#number, id: this.call.caller.connectionId };
    }
  }
  await using service = await startServiceWith([alice, 'bob='], {}, extensions(Chat));
  expect((await known(service))?.session).toEqual({ number: 1, id: alice });
  expect((await known(service, 'bob=' as Id))?.session).toEqual({ number: 2, id: 'bob=' });
});

it('refuses a handshake with the status of an HttpException and stores nothing, any other error with 500', async () => {
  class LibraryError extends Error {
    readonly problem = { code: 'made up' };
  }
  @Injectable()
  class Chat {
    @OnConnect()
    admit(@ConnectHeader('x-status') status: string) {
      if (status === 'library') throw new LibraryError('of a library');
      if (status === 'plain') throw new Error('a secret reason');
      throw new HttpException('not today', Number(status));
    }
  }
  await using service = await startService({}, extensions(Chat));
  const refusal = async (status: string) => service.post('/connect', alice).set('x-status', status).send();
  for (const status of [400, 401, 402, 403, 409, 429, 503, 599]) {
    const { status: got, body, headers } = await refusal(String(status));
    expect([got, body]).toEqual([
      status,
      {
        title: 'The application has refused the handshake',
        status,
        code: 'handshake_refused',
        detail: 'not today',
      },
    ]);
    expect(headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  }
  // a 2xx would open the connection
  for (const status of ['200', '302', '600', 'plain', 'library']) {
    const response = await refusal(status);
    expect(response.status).toBe(500);
    expect(response.body).toMatchObject({ code: 'internal_error' });
    expect(response.text).not.toContain('secret reason');
  }
  const failures = service.lines.filter(({ msg }) => msg === 'request failed');
  expect(JSON.stringify(failures)).toContain('a secret reason');
  expect(JSON.stringify(failures)).toContain('Chat.admit has thrown an HttpException with the status 200');
  expect(await known(service)).toBeUndefined();
});

it('refuses a handshake whose session is too large with 500, and logs the method and the size', async () => {
  @Injectable()
  class Chat {
    @OnConnect()
    admit(@ConnectHeader('x-size') size: string) {
      return 'x'.repeat(Number(size) - 2);
    }
  }
  await using service = await startService({}, extensions(Chat));
  await service.post('/connect', alice).set('x-size', '2049').send().expect(500);
  expect(await known(service)).toBeUndefined();
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      msg: 'request failed',
      err: expect.objectContaining({
        message: expect.stringContaining('Chat.admit has returned a session of 2049 bytes'),
      }),
    }),
  );
  await service.post('/connect', alice).set('x-size', '2048').send().expect(200);
  expect((await known(service))?.session).toHaveLength(2046);
});

it('refuses the client with 503 when the store fails after the method, and does not call @OnDisconnect', async () => {
  const steps: string[] = [];
  @Injectable()
  class Chat {
    @OnConnect()
    admit() {
      steps.push('admitted');
      return 'session';
    }

    @OnDisconnect()
    left() {
      steps.push('left');
    }
  }
  await using service = await startService({}, extensions(Chat));
  const { connections } = service.app.get(Store);
  const put = vi.spyOn(connections, 'putConnection').mockRejectedValue(new StoreUnavailableError('away'));
  await service.post('/connect', alice).send().expect(503);
  put.mockRestore();
  await service.post('/disconnect', alice).send().expect(200);
  expect(steps).toEqual(['admitted']);
});

it('refuses a message of a connection that the store has lost, because only $connect decides about it', async () => {
  @Injectable()
  class Chat {
    @OnConnect()
    admit() {
      return 'session';
    }
  }
  await using service = await startServiceWith([alice], {}, extensions(Chat));
  await service.app.get(Store).resetAfterLoss();
  await service.send(alice, { action: 'ping' });
  expect(service.endpoint.messagesTo(alice)).toMatchObject([{ code: 'unknown_connection' }]);
  expect(await known(service)).toBeUndefined();
});

it('keeps the session of a connection whose memberships were lost', async () => {
  @Injectable()
  class Chat {
    @OnConnect()
    admit() {
      return { tenant: 'red' };
    }

    @OnMessage('who')
    who(@Caller() { session }: Caller<Session>) {
      return { type: 'you', ...session };
    }
  }
  await using service = await startServiceWith([alice], {}, extensions(Chat));
  const { connections } = service.app.get(Store);
  const record = (await connections.getConnection(alice))!;
  vi.spyOn(connections, 'touchConnection').mockResolvedValueOnce({ ...record, hasLostMemberships: true });
  for (let times = 0; times < 2; times += 1) await service.send(alice, { action: 'who' }).expect(200);
  const you = { type: 'you', tenant: 'red' };
  expect(service.endpoint.messagesTo(alice)).toEqual([{ type: 'memberships_lost' }, you, you]);
});

class One {
  @OnConnect()
  @OnDisconnect()
  both() {}
}
class Two {
  @OnConnect()
  admit() {}
}
class Three {
  @OnDisconnect()
  left() {}
}
class WithMessage {
  @OnConnect()
  admit(@Message() message: unknown) {
    return message;
  }
}
class WithHeader {
  @OnMessage('roll')
  roll(@ConnectHeader('x-tenant') tenant: string) {
    return tenant;
  }
}
class WithCode {
  @OnConnect()
  admit(@CloseCode() code: number) {
    return code;
  }
}

it.each<[reason: string, ...providers: Type[]]>([
  ['One.both and Two.admit both have @OnConnect. Expected one method', One, Two],
  ['One.both and Three.left both have @OnDisconnect. Expected one method', One, Three],
  ['WithMessage.admit has the parameter @Message', WithMessage],
  ['WithHeader.roll has the parameter @ConnectHeader', WithHeader],
  ['WithCode.admit has the parameter @CloseCode', WithCode],
])('does not start: %s', async (reason, ...providers) => {
  await expect(startService({}, extensions(...providers))).rejects.toThrow(reason);
});
