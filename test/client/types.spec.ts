import { join } from 'node:path';
import ts from 'typescript';
import { WebSocket as WsWebSocket } from 'ws';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Channel,
  type Client,
  connect,
  type Message,
  type WebSocketConstructor,
} from '../../src/client/index.js';

interface News {
  readonly headline: string;
}
interface Chat {
  readonly text: string;
}
interface Channels {
  news: News;
  [room: `room:${string}`]: Chat;
}

describe('the types of a client', () => {
  const client = connect<Channels>({ url: 'ws://127.0.0.1' });

  it('know the data of each channel, and of a family of channels', () => {
    expectTypeOf(client).toEqualTypeOf<Client<Channels>>();
    const news = () => client.channel('news');
    const room = () => client.channel('room:7');
    expectTypeOf(news).returns.toEqualTypeOf<Channel<News>>();
    expectTypeOf(room).returns.toEqualTypeOf<Channel<Chat>>();
    expectTypeOf<Parameters<ReturnType<typeof room>['publish']>[0]>().toEqualTypeOf<Chat>();
    expectTypeOf<ReturnType<ReturnType<typeof room>['messages']>>().toEqualTypeOf<
      AsyncIterableIterator<Message<Chat>>
    >();
    expectTypeOf<ReturnType<ReturnType<typeof room>['publish']>>().toEqualTypeOf<Promise<number>>();
  });

  it('know what the function `state` returns, with or without a position', () => {
    const withPosition = () =>
      client.channel('news', { state: async () => ({ items: ['x'], position: { epoch: 'e', offset: 1 } }) });
    const without = () => client.channel('news', { state: () => ['x'] });
    type StateOf<C> = C extends Channel<never, infer S> ? S : C extends Channel<News, infer S> ? S : never;
    expectTypeOf<StateOf<ReturnType<typeof withPosition>>>().toExtend<{ items: string[] }>();
    expectTypeOf<StateOf<ReturnType<typeof without>>>().toEqualTypeOf<string[]>();
  });

  it('take data of any kind without a map of channels', () => {
    const untyped = () => connect({ url: 'ws://127.0.0.1' }).channel('anything');
    expectTypeOf(untyped).returns.toEqualTypeOf<Channel>();
  });

  it('take the WebSocket of Node.js and of the package ws', () => {
    expectTypeOf(WebSocket).toExtend<WebSocketConstructor>();
    expectTypeOf(WsWebSocket).toExtend<WebSocketConstructor>();
  });
});

/** Each line on its own does not compile. */
const WRONG = {
  'an unknown channel': `client.channel('weather');`,
  'a channel outside of the family': `client.channel('rooms:7');`,
  'data of another channel': `void client.channel('news').publish({ text: 'hello' });`,
  'data without a field': `void client.channel('room:7').publish({});`,
  'no data': `void client.channel('room:7').publish();`,
  'a field that the data have not': `client.channel('news').on('message', ({ data }) => data.text);`,
  'an event that does not exist': `client.channel('news').on('messages', () => undefined);`,
  'a position with a wrong offset': `client.channel('news', { state: () => ({ position: { epoch: 'e', offset: '1' } }) });`,
  'a token that is no function': `connect({ url: 'wss://example.org', token: 'x' });`,
  'no url': `connect({});`,
  'an option that does not exist': `connect({ url: 'wss://example.org', reconnect: true });`,
  'the offset taken for a text': `const offset: string = await client.channel('room:7').publish({ text: 'x' });`,
  'a status that does not exist': `if (client.status === 'open') throw new Error();`,
};

describe('a wrong call', () => {
  const face = join(import.meta.dirname, '../../src/client/index.js');
  const head = `import { connect } from '${face}';
    interface Channels { news: { headline: string }; [room: \`room:\${string}\`]: { text: string } }
    const client = connect<Channels>({ url: 'wss://example.org' });\n`;
  const file = (name: string) => join(import.meta.dirname, `${name}.virtual.ts`);
  const sources = new Map([
    [file('right'), `${head} void client.channel('room:7').publish({ text: 'x' });`],
    ...Object.entries(WRONG).map(([name, line]) => [file(name), `${head}${line}`] as const),
  ]);

  // the declarations of the published package are compiled in test/packages
  it.each([
    ['in a browser, with skipLibCheck', true, ['lib.es2024.d.ts', 'lib.dom.d.ts'], []],
    ['in Node.js, without skipLibCheck', false, ['lib.es2024.d.ts'], ['node']],
  ])('does not compile %s', (_, skipLibCheck, lib, types) => {
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck,
      lib,
      types,
    };
    const host = ts.createCompilerHost(options);
    const fileExists = host.fileExists.bind(host);
    const getSourceFile = host.getSourceFile.bind(host);
    host.fileExists = (path) => sources.has(path) || fileExists(path);
    host.getSourceFile = (path, language, ...rest) => {
      const source = sources.get(path);
      return source === undefined
        ? getSourceFile(path, language, ...rest)
        : ts.createSourceFile(path, source, language);
    };
    const program = ts.createProgram([...sources.keys()], options, host);
    const errors = ts.getPreEmitDiagnostics(program);
    const files = new Set(errors.map((error) => error.file?.fileName));
    expect(files).toEqual(new Set(Object.keys(WRONG).map(file)));
  });
});
