import { join } from 'node:path';
import { Child } from './child.ts';
import { figure } from './figures.ts';

/** The cost of one publish, from the request of a member to the response of the last post. */
export interface Published {
  readonly ms: number;
  /** Processor time of the task. */
  readonly cpuMs: number;
  /** Memory of the task, in bytes: resident, and the used part of the heap. */
  readonly rssBefore: number;
  readonly rssPeak: number;
  readonly rssAfter: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
}

export const channelOf = (count: number) => `to${count}`;
const firstOf = (count: number) => `${channelOf(count).padEnd(7, '_')}00000000=`;

/** Starts a task of the service in its own process. @param endpoint the callback endpoint */
export async function startTask(endpoint: string, settings: NodeJS.ProcessEnv): Promise<Child> {
  const task = Child.start(join(import.meta.dirname, 'processes/task.ts'), [], ['--expose-gc'], {
    WS_API_ENDPOINT: endpoint,
    PORT: '0',
    LOG_LEVEL: 'warn',
    AWS_ACCESS_KEY_ID: 'AKIABENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    ...settings,
  });
  await task.receive('ready');
  return task;
}

/** Puts `count` connections into a channel of their own. */
export async function fill(task: Child, count: number): Promise<void> {
  await task.request({ put: { count, channel: channelOf(count) } }, 'put');
}

/** @param collectsGarbage before and after it, for figures of memory */
export async function publish(task: Child, count: number, collectsGarbage = false): Promise<Published> {
  return task.request(
    { publish: { channel: channelOf(count), from: firstOf(count), collectsGarbage } },
    'publish',
  );
}

/** The median of several short publishes. */
export async function typical(
  task: Child,
  count: number,
  times: number,
): Promise<Pick<Published, 'ms' | 'cpuMs'>> {
  const all: Published[] = [];
  for (let time = 0; time < times; time++) all.push(await publish(task, count));
  const median = (what: 'ms' | 'cpuMs') => figure(all.map((each) => each[what])).median;
  return { ms: median('ms'), cpuMs: median('cpuMs') };
}
