import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

/** What a front end team writes as a test; it prints what the application has seen. */
const PROGRAM = `
import { BackchannelError, connect, type Message } from 'backchannel-client';
import { FakeClock, FakeService, settle } from 'backchannel-client/testing';

interface Channels {
  news: { headline: string };
  [room: \`room:\${string}\`]: { text: string };
}
const clock = new FakeClock();
const service = new FakeService({ clock });
const client = connect<Channels>({ ...service.options, clock });
const room = client.channel('room:7');
const seen: Message<{ text: string }>[] = [];
room.on('message', (message) => seen.push(message));
const offset: number = await room.publish({ text: 'hello' });
service.disconnect();
await settle();
service.publish('room:7', { text: 'missed' });
await clock.advance(5000);
await client.close();
const code = await room.publish({ text: 'late' }).catch((error: unknown) => (error as BackchannelError).code);
console.log(JSON.stringify({ offset, texts: seen.map(({ data }) => data.text), code }));
`;

const WRONG = `
import { connect } from 'backchannel-client';
void connect<{ news: { headline: string } }>({ url: 'wss://example.org' }).channel('news').publish({ text: 'x' });
`;

describe('backchannel-client, installed in an empty project', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install(['backchannel-client']);
    consumer.write('program.ts', PROGRAM);
  });
  afterAll(() => consumer[Symbol.dispose]());

  it('brings nothing else, and no declaration that needs zod', () => {
    const installed = globSync('node_modules/*', { cwd: consumer.folder });
    expect(installed).toEqual(['node_modules/backchannel-client']);
    const declarations = globSync('node_modules/**/*.d.ts', { cwd: consumer.folder });
    expect(declarations.length).toBeGreaterThan(10);
    expect(declarations.filter((file) => consumer.read(file).includes('zod'))).toEqual([]);
    expect(
      installed
        .concat(declarations)
        .map((file) => join(file))
        .some((file) => file.includes('schemas')),
    ).toBe(false);
  });

  it.each([true, false])(
    'compiles the program, and not a wrong one, with skipLibCheck: %s',
    async (skipLibCheck) => {
      const browser = { types: [], lib: ['ES2024', 'DOM'], skipLibCheck };
      await expect(consumer.compile(browser)).resolves.toBeUndefined();
      consumer.write('wrong.ts', WRONG);
      await expect(consumer.compile(browser)).rejects.toThrow(/wrong\.ts.*'text' does not exist/s);
      consumer.write('wrong.ts', '');
    },
  );

  it.each(NODE_VERSIONS)('runs the program on Node.js %s', async (version) => {
    using node = await installNode(version);
    expect(JSON.parse(await consumer.run(node.path, ['out/program.js']))).toEqual({
      offset: 1,
      texts: ['hello', 'missed'],
      code: 'closed',
    });
  });
});
