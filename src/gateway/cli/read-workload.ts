import { type Workload } from '../cost/workload.js';
import { UsageError } from '../usage-error.js';
import { COST_FLAGS, type CostValues } from './cost-flags.js';

/**
 * The workload that the flags of `cost` describe.
 *
 * @throws {UsageError} with every problem
 */
export function readWorkload(values: CostValues): Workload {
  const problems: string[] = [];
  const read = <T>(reader: () => T): T => {
    try {
      return reader();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
      // replaced by the error below
      return undefined as T;
    }
  };
  const number = (flag: keyof typeof COST_FLAGS, bounds: Bounds, preset?: number) =>
    read(() => readNumber(flag, values[flag] as string | undefined, bounds, preset));
  const choice = <const T extends string>(flag: 'publishers' | 'replies', choices: readonly T[], preset: T) =>
    read(() => readChoice(flag, values[flag], choices, preset));
  // undefined after a problem
  const connections = number('connections', { min: 1, isWhole: true }) as number | undefined;
  const workload = {
    connections: connections ?? 0,
    messagesPerMinute: number('messages-per-minute', { min: 0 }),
    bytes: read(() => readSize(values.size ?? COST_FLAGS.size.preset)),
    fanOut: number('fan-out', { min: 0, max: connections }, connections ?? 0),
    publishers: choice('publishers', COST_FLAGS.publishers.choices, 'clients'),
    replies: choice('replies', COST_FLAGS.replies.choices, 'none'),
    messagesPerPost: number('messages-per-post', { min: 1 }, 1),
    heartbeatSeconds:
      values['heartbeat-seconds'] === undefined
        ? undefined
        : number('heartbeat-seconds', { min: 1, max: 600 }),
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return workload;
}

interface Bounds {
  readonly min: number;
  readonly max?: number | undefined;
  readonly isWhole?: boolean;
}

/** @throws {UsageError} not such a number, or none without a preset */
export function readNumber(flag: string, text: string | undefined, bounds: Bounds, preset?: number): number {
  const { min, max = 1e12, isWhole = false } = bounds;
  if (text === undefined && preset !== undefined) return preset;
  const kind = isWhole ? 'a whole number' : 'a number';
  const expected = `${kind} ${bounds.max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`;
  if (text === undefined) throw new UsageError(`--${flag} is required: ${expected}`);
  const value = Number(text);
  const isNumber = /^\d+(\.\d+)?$/.test(text) && (!isWhole || Number.isInteger(value));
  if (isNumber && value >= min && value <= max) return value;
  throw new UsageError(`--${flag} is '${text}': it must be ${expected}`);
}

function readChoice<const T extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly T[],
  preset: T,
): T {
  if (text === undefined) return preset;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${flag} is '${text}': it must be ${choices.join(' or ')}`);
}

/** API Gateway's limit of a message. */
const MAX_BYTES = 128 * 1024;

function readSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(b|kb)?$/i.exec(text) ?? [];
  const bytes = Number(number) * (unit.toLowerCase() === 'kb' ? 1024 : 1);
  if (bytes <= MAX_BYTES) return Math.ceil(bytes);
  throw new UsageError(`--size is '${text}': it must be bytes or kb, such as 200 or 1kb, and at most 128kb`);
}
