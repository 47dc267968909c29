import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curve } from './fan-out-curve.ts';
import { picture } from './curve-picture.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { Sink, sinkName } from './sink.ts';
import { STORES, withoutRedis } from './stores.ts';
import { type Part } from './targets.ts';
import { channelOf, fill, publish, type Published, startTask } from './task.ts';

const MANY = 100_000;

/** A message to the members of a channel: the time by the number of members, drawn as a picture, and the memory. */
export async function fanOut(rounds: number): Promise<Part> {
  const { text, targets, lines } = await curve(rounds);
  await writeFile(join(import.meta.dirname, 'fan-out.svg'), picture(lines));
  const sections = [
    text,
    `"Posts": the service alone, until the sink (${sinkName}) has responded to the last post. "Gateway": from a client's frame through the
local gateway, the service and the gateway again until the last WebSocket client has the message. Socket.IO: one node, from its
\`emit\` until the last of its clients has the message. Socket.IO holds its sockets and writes to them; we hold none, and send a signed HTTP
request per recipient, as API Gateway requires. The difference is therefore the price of API Gateway, not of the implementation.`,
    ...withoutRedis,
  ];
  for (const name of Object.keys(STORES)) sections.push(await manyMembers(name, rounds));
  return { text: sections.join('\n\n'), targets };
}

/** The memory of a publish to many, and the cost of reading the members compared with posting to them. */
async function manyMembers(name: string, rounds: number): Promise<string> {
  await using cleanUp = new AsyncDisposableStack();
  const settings = await STORES[name]!(cleanUp);
  const sink = cleanUp.use(await Sink.start());
  {
    // in a process of its own, because its memory is not measured
    await using filling = await startTask(sink.endpoint, settings);
    await fill(filling, MANY);
  }
  const task = cleanUp.use(await startTask(sink.endpoint, settings));
  const published: Published[] = [];
  const read: Published[] = [];
  for (let round = -1; round < rounds; round++) {
    const whole = await publish(task, MANY, true);
    const reading = await task.request<Published>({ read: { channel: channelOf(MANY) } }, 'read');
    if (round < 0) continue;
    published.push(whole);
    read.push(reading);
  }
  const figuresOf = (results: readonly Published[], key: keyof Published) => results.map((each) => each[key]);
  const megabytes = (key: Exclude<keyof Published, 'ms' | 'cpuMs'>) =>
    shown(figure(figuresOf(published, key).map((bytes) => bytes / 1024 ** 2)));
  return table(
    [`publish to ${MANY.toLocaleString('en-US')}, ${name}`, ''],
    [
      ['posts/s', shown(figure(figuresOf(published, 'ms').map((ms) => (MANY / ms) * 1000)))],
      ['whole publish, ms', shown(figure(figuresOf(published, 'ms')))],
      ['reading the members, ms', shown(figure(figuresOf(read, 'ms')))],
      ['reading / whole publish', shown(ratio(figuresOf(read, 'ms'), figuresOf(published, 'ms')), 3)],
      [
        'reading / whole publish, CPU',
        shown(ratio(figuresOf(read, 'cpuMs'), figuresOf(published, 'cpuMs')), 3),
      ],
      ['resident memory before, MB', megabytes('rssBefore')],
      ['highest during it, MB', megabytes('rssPeak')],
      ['after, MB', megabytes('rssAfter')],
      ['heap in use before, MB', megabytes('heapBefore')],
      ['after, MB', megabytes('heapAfter')],
    ],
  );
}
