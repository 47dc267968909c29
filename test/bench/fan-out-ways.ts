import { Child } from './child.ts';
import { program } from './exchanges.ts';
import { Sink } from './sink.ts';
import { STORES } from './stores.ts';
import { startSystem } from './system.ts';
import { fill, startTask, typical } from './task.ts';

/** One way to send a message to the members of a channel. */
export interface Way {
  readonly name: string;
  /** @returns milliseconds until the last recipient has the message: the median of `times` publishes */
  publish(recipients: number, times: number): Promise<number>;
  /** Processor time of the posting task per recipient in microseconds, of the last `publish`. */
  readonly cpuUs?: () => number;
}

/** The service alone: until the sink has responded to the last post. */
export async function postsToSink(
  cleanUp: AsyncDisposableStack,
  sizes: readonly number[],
): Promise<readonly Way[]> {
  const sink = cleanUp.use(await Sink.start());
  const ways: Way[] = [];
  for (const [name, open] of Object.entries(STORES)) {
    const task = cleanUp.use(await startTask(sink.endpoint, await open(cleanUp)));
    for (const size of sizes) await fill(task, size);
    let cpuUs = 0;
    ways.push({
      name: `posts, ${name}`,
      async publish(recipients, times) {
        const { ms, cpuMs } = await typical(task, recipients, times);
        cpuUs = (cpuMs / recipients) * 1000;
        return ms;
      },
      cpuUs: () => cpuUs,
    });
  }
  return ways;
}

/** Gateway, service and WebSocket clients: until the last client has received it. */
export async function throughGateway(
  cleanUp: AsyncDisposableStack,
  sizes: readonly number[],
): Promise<readonly Way[]> {
  const ways: Way[] = [];
  for (const [name, open] of Object.entries(STORES)) {
    const { url } = await startSystem(cleanUp, [], await open(cleanUp));
    const clients = await receivers(cleanUp, 'gateway', url, sizes);
    ways.push({ name: `gateway, ${name}`, publish: publishing(clients, clients) });
  }
  return ways;
}

/** Socket.IO on one node, and its own clients. */
export async function socketIo(cleanUp: AsyncDisposableStack, sizes: readonly number[]): Promise<Way> {
  const server = cleanUp.use(Child.start(program('socket-io-server')));
  const clients = await receivers(cleanUp, 'socket.io', await server.receive<string>('listening'), sizes);
  return { name: 'Socket.IO', publish: publishing(server, clients) };
}

const roomOf = (size: number) => `to${size}`;

async function receivers(
  cleanUp: AsyncDisposableStack,
  kind: string,
  url: string,
  sizes: readonly number[],
): Promise<Child> {
  const clients = cleanUp.use(Child.start(program('receivers'), [kind, url]));
  await clients.receive('ready');
  for (const size of sizes) await clients.request({ join: { room: roomOf(size), count: size } }, 'join');
  return clients;
}

/** @param publisher the process that publishes, and reports when it did so by the clock of the machine */
function publishing(publisher: Child, clients: Child): Way['publish'] {
  return async (recipients, times) => {
    const all: number[] = [];
    for (let time = 0; time < times; time++) {
      await clients.request({ receive: recipients }, 'receive');
      const received = clients.receive<number>('received');
      const publishedAt = await publisher.request<number>(
        { publish: { room: roomOf(recipients) } },
        'publish',
      );
      all.push((await received) - publishedAt);
    }
    return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
  };
}
