import { type ChannelName } from '../../../api/messages.js';
import { type LogEntry, type Position } from '../log-store.js';
import { type Item, numberOf, textOf } from './attributes.js';
import { type Key } from './table.js';

/** The head row of a log. */
export interface Head extends Position {
  /** Entries up to this offset are removed. */
  readonly trimmed: number;
  readonly ageMs: number;
  readonly newest?: LogEntry;
  /** The token of the append that wrote the newest entry. */
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

/** Also reads the newest entry from the head, which has the same attributes. */
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
