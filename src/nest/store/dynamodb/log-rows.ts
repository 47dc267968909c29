import { type ChannelName } from '../../../api/messages.js';
import { type LogEntry, type Position } from '../store.js';
import { type Item, numberOf, textOf } from './attributes.js';
import { type Key } from './table.js';

/** The row that a log is seen by. */
export interface Head extends Position {
  /** Up to here nothing is kept. */
  readonly trimmed: number;
  readonly ageMs: number;
  readonly newest?: LogEntry;
  /** The append that has written the newest entry. */
  readonly writtenBy?: string;
  /** In seconds since 1970. */
  readonly ttl: number;
}

export function toHead(row: Item): Head {
  const hasNewest = row['content'] !== undefined;
  return {
    epoch: row['epoch']?.S ?? '',
    offset: numberOf(row['offset']),
    trimmed: numberOf(row['trimmed']),
    ageMs: numberOf(row['ageMs']),
    ttl: numberOf(row['ttl']),
    ...(hasNewest && { newest: toEntry(row), writtenBy: textOf(row['writtenBy']) ?? '' }),
  };
}

/** The head has the same attributes of its newest entry. */
export function toEntry(row: Item): LogEntry {
  return {
    offset: numberOf(row['offset']),
    publishedAt: numberOf(row['publishedAt']),
    content: row['content']?.S ?? '',
  };
}

export function headKey(channel: ChannelName): Key {
  return { pk: `L#${channel}`, sk: 'head' };
}

export function entryKey(channel: ChannelName, epoch: string, offset: number): Key {
  return { pk: headKey(channel).pk, sk: `E#${epoch}#${String(offset).padStart(16, '0')}` };
}
