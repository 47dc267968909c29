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

/** A message to the members of a channel: how the time grows, and the memory that many take. Draws the picture of it. */
export async function fanOut(rounds: number): Promise<Part> {
  const { text, targets, lines } = await curve(rounds);
  await writeFile(join(import.meta.dirname, 'fan-out.svg'), picture(lines));
  const sections = [
    text,
    `"Posts": the service alone, until ${sinkName}, has answered its last post. "Gateway": from a client's frame through the local gateway,
the service and the gateway again until the last WebSocket client has it. Socket.IO: one node, from its own \`emit\` until
the last of its clients has it. It holds its sockets itself, and writes to them; we hold none, and send each recipient a signed
HTTP request, as API Gateway wants it. So it is what API Gateway costs that is seen here, and not a race.`,
    ...withoutRedis,
  ];
  for (const name of Object.keys(STORES)) sections.push(await manyMembers(name, rounds));
  return { text: sections.join('\n\n'), targets };
}

/** Memory, and what it costs to read the members, beside posting to them. */
async function manyMembers(name: string, rounds: number): Promise<string> {
  await using cleanUp = new AsyncDisposableStack();
  const settings = await STORES[name]!(cleanUp);
  const sink = cleanUp.use(await Sink.start());
  {
    // the memory that this takes is not what is measured
    await using filling = await startTask(sink.endpoint, settings);
    await fill(filling, MANY);
  }
  const task = cleanUp.use(await startTask(sink.endpoint, settings));
  const published: Published[] = [];
  const read: Published[] = [];
  for (let round = -1; round < rounds; round++) {
    const one = await publish(task, MANY, true);
    const other = await task.ask<Published>({ read: { channel: channelOf(MANY) } }, 'read');
    if (round < 0) continue;
    published.push(one);
    read.push(other);
  }
  const of = (from: readonly Published[], what: keyof Published) => from.map((each) => each[what]);
  const megabytes = (what: Exclude<keyof Published, 'ms' | 'cpuMs'>) =>
    shown(figure(of(published, what).map((bytes) => bytes / 1024 ** 2)));
  return table(
    [`publish to ${MANY.toLocaleString('en-US')}, ${name}`, ''],
    [
      ['posts/s', shown(figure(of(published, 'ms').map((ms) => (MANY / ms) * 1000)))],
      ['all in all, ms', shown(figure(of(published, 'ms')))],
      ['reading the members alone, ms', shown(figure(of(read, 'ms')))],
      ['of all', shown(ratio(of(read, 'ms'), of(published, 'ms')), 3)],
      ['reading, CPU of all CPU', shown(ratio(of(read, 'cpuMs'), of(published, 'cpuMs')), 3)],
      ['resident memory before, MB', megabytes('rssBefore')],
      ['at most meanwhile, MB', megabytes('rssPeak')],
      ['after, MB', megabytes('rssAfter')],
      ['heap in use before, MB', megabytes('heapBefore')],
      ['after, MB', megabytes('heapAfter')],
    ],
  );
}
