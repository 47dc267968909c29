import { type DestinationStream } from 'pino';

/** Log lines for people, on a terminal. Loaded only there. */
export async function readableLines(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  // synchronous, so that the last lines before the end are printed
  return pretty({ singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true });
}
