import { IMPORT_TEXTS } from '../../silent/openapi-choices.js';
import { badRequest } from '../control-error.js';

/** 400: nothing is imported. */
export const importError = (problem: string) => badRequest(IMPORT_TEXTS.errors([problem]));
