import { type ChannelName } from '../../../api/messages.js';
import { type LogEntry, type Position } from '../log-store.js';
import { type Item, numberOf, textOf } from './attributes.js';
import { type Key } from './table.js';

/** The head row of a log. */
export interface Head extends Position {
  /** Entries up to this offset are removed. */
  readonly trimmed: number;
  readonly ageMs: number;
  /** Entries up to this time are removed as well, even if the age limit is longer now; in milliseconds since 1970. */
  readonly expiredUntil: number;
  /** The entry with the head's offset, if the log keeps it. */
  readonly newest?: LogEntry | undefined;
  /** Names the append of the head's offset; undefined if that only counted. */
  readonly writtenBy?: string | undefined;
  /** Only of an append with a key: for how long, in milliseconds since 1970, repeats may look for it. */
  readonly soughtUntil?: number | undefined;
  /** In seconds since 1970. */
  readonly ttl: number;
}

export function toHead(row: Item): Head {
  return {
    epoch: row['epoch']?.S ?? '',
    offset: numberOf(row['offset']),
    trimmed: numberOf(row['trimmed']),
    ageMs: row['ageMs'] === undefined ? Number.MAX_SAFE_INTEGER : numberOf(row['ageMs']),
    expiredUntil: row['expiredUntil'] === undefined ? 0 : numberOf(row['expiredUntil']),
    ttl: numberOf(row['ttl']),
    newest: row['content'] === undefined ? undefined : toEntry(row),
    writtenBy: textOf(row['writtenBy']),
    soughtUntil: row['soughtUntil'] === undefined ? undefined : numberOf(row['soughtUntil']),
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
  return { pk: `L#${channel}`, sk: HEAD };
}

/** Whether a row is the head of a log. */
export function isHeadKey({ pk, sk }: Key): boolean {
  return pk.startsWith('L#') && sk === HEAD;
}

export function entryKey(channel: ChannelName, epoch: string, offset: number): Key {
  return { pk: headKey(channel).pk, sk: `E#${epoch}#${String(offset).padStart(16, '0')}` };
}

const HEAD = 'head';
