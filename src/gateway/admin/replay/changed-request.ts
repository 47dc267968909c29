import { type Body, type HeaderList } from '../../recorder/gateway-event.js';
import { AdminProblem } from '../admin-problem.js';
import { type Changes } from './replay-command.js';

/** A request or a frame that is sent again. */
export interface SentAgain {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Buffer | undefined;
}

/** The parts of a step that can be changed. A frame has a body alone. */
export interface Changeable {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: HeaderList;
  readonly body?: Body | undefined;
}

/**
 * Applies the changes. The page sees masked secrets: a text that it sends back as it has seen it is replaced by the
 * original.
 *
 * @param original with its secrets
 * @param masked the same, as readers see it
 * @throws {AdminProblem} a changed text still has a mask, or the record has only the beginning of the body
 */
export function changedRequest(original: Changeable, masked: Changeable, changes: Changes): SentAgain {
  const { method = original.method ?? '', body } = changes;
  return {
    method,
    url: restored('url', changes.url, original.url ?? '', masked.url ?? ''),
    headers:
      changes.headers === undefined ? (original.headers ?? []) : headersOf(changes.headers, original, masked),
    body:
      body === undefined || body === masked.body?.text
        ? recordedBody(original.body)
        : Buffer.from(restored('body', body, original.body?.text ?? '', masked.body?.text ?? '')),
  };
}

function headersOf(changed: HeaderList, original: Changeable, masked: Changeable): HeaderList {
  const seen = masked.headers ?? [];
  return changed.map(([name, value]) => {
    const index = seen.findIndex(
      ([each, shown]) => each.toLowerCase() === name.toLowerCase() && shown === value,
    );
    const [, secret = value] = original.headers?.[index] ?? [];
    if (!HEADER_NAME.test(name))
      throw new AdminProblem('bad_request', `'${name}' is not the name of a header`);
    return [name, index < 0 ? latin1(checkedHeader(name, value, valueOf(seen, name))) : secret] as const;
  });
}

/** A value that was changed. */
function checkedHeader(name: string, value: string, masked: string): string {
  if (value.includes(MASK) && masked.includes(MASK)) throw stillMasked(`header ${name}`);
  return value;
}

/** RFC 9110, 5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers have one character for each byte. */
const latin1 = (value: string) =>
  /[\u0100-\uffff]/.test(value) ? Buffer.from(value).toString('latin1') : value;

const valueOf = (headers: HeaderList, name: string) =>
  headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? '';

const MASK = '***';

function restored(what: string, changed: string | undefined, original: string, masked: string): string {
  if (changed === undefined || changed === masked) return original;
  // a text that never had a secret may have three asterisks
  if (!changed.includes(MASK) || !masked.includes(MASK) || original === masked) return changed;
  throw stillMasked(what);
}

const stillMasked = (what: string) =>
  new AdminProblem(
    'bad_request',
    `${what} was changed and still has the mask ${MASK}: put the secret in its place, or start the gateway with --record-secrets`,
  );

function recordedBody(body: Body | undefined): Buffer | undefined {
  if (body === undefined) return undefined;
  if (body.isCut === true) {
    throw new AdminProblem(
      'not_replayable',
      `the body has ${body.bytes} bytes, and the record has only its beginning: give changes.body`,
    );
  }
  return Buffer.from(body.text, body.isBase64 === true ? 'base64' : 'utf8');
}
