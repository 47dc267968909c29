import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { FaultSettings } from '../faults.js';
import { EVENT_SCHEMAS } from '../recorder/event-schemas.js';
import { UsageError } from '../usage-error.js';
import { SESSION_SCHEMA } from './session-schema.js';
import { type Session, SESSION_FORMAT, SESSION_VERSION } from './session.js';

/**
 * Reads an exported session.
 *
 * @param fileName for errors
 * @throws {UsageError} it is not a session, or one of another version
 */
export function readSession(text: string, fileName: string): Session {
  const session = parsed(text, fileName);
  const { format, version } = session as { readonly format?: unknown; readonly version?: unknown };
  if (format !== SESSION_FORMAT) {
    throw new UsageError(
      `${fileName} is not a session: its format must be "${SESSION_FORMAT}". The inspector and GET /_gateway/session export one`,
    );
  }
  if (version !== SESSION_VERSION) {
    throw new UsageError(
      `${fileName} has the version ${JSON.stringify(version)}: this program reads version ${SESSION_VERSION}`,
    );
  }
  const validate = validator();
  if (validate(session)) return session as Session;
  throw new UsageError(`${fileName} is not a valid session: ${problemOf(validate.errors ?? [])}`);
}

function parsed(text: string, fileName: string): object {
  try {
    const session: unknown = JSON.parse(text);
    if (typeof session === 'object' && session !== null) return session;
  } catch (cause) {
    throw new UsageError(`${fileName} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new UsageError(`${fileName} is not a session: it must be a JSON object`);
}

function validator() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  return ajv.compile({
    ...SESSION_SCHEMA,
    components: { schemas: { ...EVENT_SCHEMAS, Faults: FaultSettings.json } },
  });
}

/** The outermost problem: those within the alternatives of a step follow from it. */
function problemOf(errors: readonly ErrorObject[]): string {
  const depth = ({ instancePath, keyword }: ErrorObject) =>
    instancePath.length - (keyword === 'oneOf' ? 1 : 0);
  const [first] = errors.toSorted((a, b) => depth(a) - depth(b));
  if (first === undefined) return 'it does not have the form of a session';
  const place = first.instancePath === '' ? 'the file' : first.instancePath.slice(1);
  return first.keyword === 'oneOf'
    ? `${place} is not a step that this program knows`
    : `${place} ${first.message}`;
}
