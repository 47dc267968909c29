import { TEMPLATE_CHARACTERS } from '../../silent/control-choices.js';
import { flag, mapOf, oneOf, structure, text } from './field-kinds.js';
import { type Field } from './fields.js';

/** Fields that several resources have. */

/** Mapping templates (VTL) by template key. Only their size is checked here; a deployment parses them. */
export const TEMPLATES = mapOf(text({ max: TEMPLATE_CHARACTERS }));

export const CONTENT_HANDLING = oneOf(['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'] as const);

export type ContentHandlingStrategy = ReturnType<(typeof CONTENT_HANDLING)['read']>;

/** Value of a selection expression, or `$default` → name of a model. */
export const MODEL_NAMES = mapOf(text({ min: 1, max: 128 }));

export const TAGS = mapOf(text({ max: 1600 }));

/** Parameters that a route or its response declares, by expression, such as `route.request.header.Origin`. */
export const PARAMETER_DECLARATIONS = mapOf(parameterDeclaration());

function parameterDeclaration(): Field<{ readonly Required: boolean }> {
  const field = structure({ Required: flag() });
  return {
    ...field,
    read(value, path) {
      const { Required = false } = field.read(value, path);
      return { Required };
    },
  };
}
