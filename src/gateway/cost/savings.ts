import { type Bill, billOf, type Prices } from './bill.js';
import { type StackParts } from './stack-parts.js';
import { type Workload } from './workload.js';

/** A change that lowers the bill. */
export interface Saving {
  readonly change: string;
  /** How it is done with Backchannel. */
  readonly how: string;
  /** Less each month. */
  readonly dollars: number;
}

/** Changes that save at least one percent of the bill, the largest saving first. */
export function savingsOf(
  bill: Bill,
  workload: Workload,
  parts: StackParts | undefined,
  prices?: Prices,
): readonly Saving[] {
  return LEVERS.flatMap((lever) => {
    const changed = lever.change(workload, parts);
    if (changed === undefined) return [];
    const dollars =
      bill.dollars - billOf(changed.workload ?? workload, changed.parts ?? parts, prices).dollars;
    return dollars >= bill.dollars / 100 ? [{ change: lever.name, how: lever.how, dollars }] : [];
  }).toSorted((a, b) => b.dollars - a.dollars);
}

interface Lever {
  readonly name: string;
  readonly how: string;
  /** @returns undefined if there is nothing to change */
  change(
    workload: Workload,
    parts: StackParts | undefined,
  ): { readonly workload?: Workload; readonly parts?: StackParts } | undefined;
}

const TOGETHER = 4;

/** The longest that is safe: API Gateway closes an idle connection after ten minutes. */
const LONGEST_HEARTBEAT_SECONDS = 540;

const LEVERS: readonly Lever[] = [
  {
    name: `${TOGETHER} messages to a connection sent as one`,
    how: 'sub-protocol backchannel.batch with CALLBACK_LINGER_MS, or one message with several items',
    change: (workload) => ({
      workload: { ...workload, messagesPerPost: workload.messagesPerPost * TOGETHER },
    }),
  },
  {
    name: 'half as many recipients of a message',
    how: 'narrower channels, which clients join only while they show what is in them',
    change: (workload) =>
      workload.fanOut > 1 ? { workload: { ...workload, fanOut: workload.fanOut / 2 } } : undefined,
  },
  {
    name: 'a heartbeat every nine minutes',
    how: 'heartbeatMs: 540000 of backchannel-client; a lost connection is noticed later',
    change: (workload) =>
      (workload.heartbeatSeconds ?? Infinity) < LONGEST_HEARTBEAT_SECONDS
        ? { workload: { ...workload, heartbeatSeconds: LONGEST_HEARTBEAT_SECONDS } }
        : undefined,
  },
  {
    name: 'replies in the response of the integration',
    how: 'REPLIES=response: a reply is still a message, but no request to @connections',
    change: (workload) =>
      workload.replies === 'callback' ? { workload: { ...workload, replies: 'response' } } : undefined,
  },
  {
    name: 'no replies to messages',
    how: 'messages without an id, where no one waits for the reply',
    change: (workload) =>
      workload.replies === 'none' ? undefined : { workload: { ...workload, replies: 'none' } },
  },
  {
    name: 'no access log',
    how: 'accessLogs=false; the alarms for 5xx and 429 of callbacks need it',
    change: (_, parts) => (parts?.hasAccessLog ? { parts: { ...parts, hasAccessLog: false } } : undefined),
  },
  {
    name: 'tasks on Graviton',
    how: 'architecture=arm64',
    change: (_, parts) =>
      parts?.tasks.some(({ isArm }) => !isArm)
        ? { parts: { ...parts, tasks: parts.tasks.map((tasks) => ({ ...tasks, isArm: true })) } }
        : undefined,
  },
];
