import { type Templates } from '../../control/snapshot.js';
import { evaluateSelection, type Selectable } from '../../mapping/selection-expression.js';
import { DEFAULT_KEY, keyOf } from '../../silent/integration-choices.js';
import { parseMappingTemplate, type MappingTemplate } from '../../vtl/render.js';
import { TemplateError } from '../../vtl/template-error.js';

/**
 * The template whose key is the value of the `TemplateSelectionExpression`, else the one for `$default`.
 *
 * @returns `undefined` when there is neither
 * @throws {TemplateError} the template is not valid
 */
export function selectTemplate(templates: Templates, subject: Selectable): MappingTemplate | undefined {
  const { selection, byKey } = templates;
  if (byKey.size === 0) return undefined;
  const selected = selection ? evaluateSelection(selection, subject) : DEFAULT_KEY;
  const key = keyOf(selected, byKey) ?? keyOf(DEFAULT_KEY, byKey);
  return key === undefined ? undefined : parseOnce(templates, key);
}

const PARSED = new WeakMap<Templates, Map<string, MappingTemplate | TemplateError>>();

/** Parses a template once for each snapshot, also if it fails: parsing takes milliseconds. */
function parseOnce(templates: Templates, key: string): MappingTemplate {
  const parsed = PARSED.get(templates) ?? new Map<string, MappingTemplate | TemplateError>();
  PARSED.set(templates, parsed);
  const result = parsed.get(key) ?? tryToParse(key, templates.byKey.get(key) ?? '');
  parsed.set(key, result);
  if (result instanceof TemplateError) throw result;
  return result;
}

function tryToParse(key: string, text: string): MappingTemplate | TemplateError {
  try {
    return parseMappingTemplate(key, text);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}
