import { mapOf, oneOf, text } from './fields.js';

/**
 * Mapping templates, in VTL, by template key: of integrations and of their responses. Only their size is looked at
 * here; they are read when they are deployed. The guide says 300 KB, the model 32 KB: the smaller fails here first.
 */
export const TEMPLATES = mapOf(text({ max: 32 * 1024 }));

export const CONTENT_HANDLING = oneOf(['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'] as const);
