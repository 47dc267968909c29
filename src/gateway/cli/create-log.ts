import { type DestinationStream, type Logger, pino } from 'pino';
import { escapeControls } from '../escape-controls.js';

/** The gateway's own log: one JSON object a line, on standard output by default. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: escapeControls },
    },
    destination,
  );
}
