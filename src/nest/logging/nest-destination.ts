import { Logger } from '@nestjs/common';
import { type DestinationStream } from 'pino';

/**
 * Passes the lines of a pino logger to the logger of the Nest application, with the context `Backchannel`: the message,
 * and the other fields as JSON after it.
 */
export function nestDestination(): DestinationStream {
  const nest = new Logger('Backchannel');
  return {
    write(line) {
      const { level, time: _, msg, ...fields } = JSON.parse(line) as Line;
      const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
      nest[METHODS[level] ?? 'log'](`${msg ?? ''}${rest}`);
    },
  };
}

interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
}

const METHODS: Readonly<Record<string, 'verbose' | 'debug' | 'log' | 'warn' | 'error' | 'fatal'>> = {
  trace: 'verbose',
  debug: 'debug',
  info: 'log',
  warn: 'warn',
  error: 'error',
  fatal: 'fatal',
};
