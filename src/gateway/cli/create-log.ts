import { type DestinationStream, type Logger, pino } from 'pino';
import { escapeControls } from '../escape-controls.js';
import { readableLines } from './readable-lines.js';

/** `json`: one object a line; `pretty`: readable lines for a terminal. */
export type LogFormat = 'json' | 'pretty';

/**
 * The gateway's own log, on standard output by default.
 *
 * @param format by default readable on a terminal, JSON elsewhere
 */
export function createLog(level: string, format?: LogFormat, destination?: DestinationStream): Logger {
  const { stdout } = process;
  const isPretty = (format ?? (stdout.isTTY ? 'pretty' : 'json')) === 'pretty';
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: escapeControls },
    },
    isPretty ? readableLines(destination ?? stdout, stdout.hasColors?.() ?? false) : destination,
  );
}
