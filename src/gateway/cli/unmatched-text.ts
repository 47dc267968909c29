import { type Logger } from 'pino';
import { type UnmatchedName } from '../names/unmatched-names.js';
import { suggestion } from './suggest.js';

/**
 * Explains a name that means nothing: what it should name, the nearest name, and the names that there are.
 *
 * @param title how the setting and the name are written: `--target books`, `targets.books`
 */
export function unmatchedText({ setting, name, known }: UnmatchedName, title: string): string {
  const hint = suggestion(name, known);
  const others = known.length > MAX_NAMES ? `, and ${known.length - MAX_NAMES} more` : '';
  const all =
    known.length === 0 ? 'there is none' : `known: ${known.slice(0, MAX_NAMES).join(', ')}${others}`;
  return `${title} matches ${MEANT[setting]}${hint === '' ? `; ${all}` : `${hint} (${all})`}`;
}

const MAX_NAMES = 20;

const MEANT: Readonly<Record<UnmatchedName['setting'], string>> = {
  targets: 'no load balancer, listener, or Cloud Map service or instance',
  functions: 'no Lambda function',
  parameters: 'no parameter of a template, export that it imports, or {{resolve:…}} in it',
  endpoints: 'no AWS service that an integration calls',
};

/** Warns of each name on the command line or in the configuration file that means nothing. */
export function warnOfNames(gateway: { unmatchedNames(): readonly UnmatchedName[] }, log: Logger): void {
  for (const unmatched of gateway.unmatchedNames()) {
    const { setting, name } = unmatched;
    log.warn({ reason: unmatchedText(unmatched, `${FLAGS[setting]} ${name}`) }, 'setting without effect');
  }
}

const FLAGS: Readonly<Record<UnmatchedName['setting'], string>> = {
  targets: '--target',
  functions: '--function',
  parameters: '--parameter',
  endpoints: '--endpoint-for',
};
