/** Replaces `${stageVariables.NAME}`. A stage variable that the stage does not have is empty. */
export const fillStageVariables = (text: string, stageVariables: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(stageVariables, name) ? (stageVariables[name] ?? '') : '',
  );
