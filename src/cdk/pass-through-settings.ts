import { z } from 'zod';
import { plainText } from '../api/setting-kinds.js';
import { type PassThroughName, type Setting, settingRows } from '../api/settings.js';

/** The parameters that the stack passes on to the service unmodified, each checked by the row of its setting. */
export const passThroughSettings = Object.fromEntries(
  settingRows()
    .filter(([, { isPassedThrough }]) => isPassedThrough)
    .map(([name, row]) => {
      const byDefault = row.default === undefined ? '' : ` (${row.default})`;
      return [
        name,
        checkedText(row)
          .optional()
          .describe(`${plainText(row.meaning)}${byDefault}`),
      ];
    }),
) as Readonly<Record<PassThroughName, z.ZodOptional<z.ZodString>>>;

/** The text of a setting, unparsed: the service parses it again. */
export function checkedText({ schema }: Setting): z.ZodString {
  return z.string().superRefine((text, context) => {
    for (const { message } of schema.safeParse(text).error?.issues ?? []) context.addIssue(message);
  });
}
