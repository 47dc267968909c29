import { type Templates } from '../../control/snapshot.js';
import { evaluateSelection, type Selectable } from '../../mapping/selection-expression.js';
import { parseMappingTemplate, type MappingTemplate } from '../../vtl/render.js';
import { TemplateError } from '../../vtl/template-error.js';

/**
 * The template whose key the `TemplateSelectionExpression` gives, else the one for `$default`. Without an expression it
 * is the latter, as in https://wasabee.dev/2024/07/api-gateway-websocket-with-mock-integration.
 *
 * @returns `undefined` when there is neither
 * @throws {TemplateError} it cannot be read
 */
export function selectTemplate(templates: Templates, subject: Selectable): MappingTemplate | undefined {
  const { selection, byKey } = templates;
  if (byKey.size === 0) return undefined;
  const selected = selection ? evaluateSelection(selection, subject) : '$default';
  const key = keyOf(selected, byKey) ?? keyOf('$default', byKey);
  return key === undefined ? undefined : readOnce(templates, key);
}

/** What a selection gave, as a key: public templates write `\$default` for `$default` there too. */
export function keyOf(selected: string, byKey: ReadonlyMap<string, unknown>): string | undefined {
  return [selected, `\\${selected}`].find((key) => byKey.has(key));
}

const READ = new WeakMap<Templates, Map<string, MappingTemplate | TemplateError>>();

/** Reading costs milliseconds, and is done once for each snapshot, also when it fails. */
function readOnce(templates: Templates, key: string): MappingTemplate {
  const read = READ.get(templates) ?? new Map<string, MappingTemplate | TemplateError>();
  READ.set(templates, read);
  const result = read.get(key) ?? tryToRead(key, templates.byKey.get(key) ?? '');
  read.set(key, result);
  if (result instanceof TemplateError) throw result;
  return result;
}

function tryToRead(key: string, text: string): MappingTemplate | TemplateError {
  try {
    return parseMappingTemplate(key, text);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}
