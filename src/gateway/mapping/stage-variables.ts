import { MappingError } from './mapping-errors.js';

/** Replaces `${stageVariables.NAME}`. A stage variable that the stage does not have is empty. */
export const fillStageVariables = (text: string, stageVariables: Readonly<Record<string, string>>): string =>
  text.replaceAll(STAGE_VARIABLE, (_, name: string) =>
    Object.hasOwn(stageVariables, name) ? (stageVariables[name] ?? '') : '',
  );

/**
 * Replaces `${stageVariables.NAME}` in an integration of an HTTP API, where each one must be set (H11.07).
 *
 * @throws {MappingError} the stage does not have one
 */
export const requireStageVariables = (
  text: string,
  stageVariables: Readonly<Record<string, string>>,
): string =>
  text.replaceAll(STAGE_VARIABLE, (_, name: string) => {
    const value = Object.hasOwn(stageVariables, name) ? stageVariables[name] : undefined;
    if (value === undefined)
      throw new MappingError(`the stage has no variable ${name}, which '${text}' needs`);
    return value;
  });

const STAGE_VARIABLE = /\$\{stageVariables\.(\w+)\}/g;
