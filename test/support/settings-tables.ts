import type { Setting } from '../../src/api/settings.js';

/** The part of docs/settings.md that is made from the rows of the settings. */
export const SETTINGS_PART = /(?<=\n<!-- npm run docs:settings -->\n)(.*?)(?=<!-- end -->\n)/s;

/** One table for each topic, in Markdown. */
export function settingsTables(
  groups: readonly { readonly title: string; readonly settings: Readonly<Record<string, Setting>> }[],
  acceptedValues: (setting: Setting) => string,
): string {
  const tables = groups.map(({ title, settings }) => {
    const rows = Object.entries(settings).map(
      ([name, setting]) =>
        `| \`${name}\` | ${setting.meaning} | ${shownDefault(setting)} | ${acceptedValues(setting)} |`,
    );
    return [`### ${title}`, '', '| variable | meaning | default | accepted |', '|---|---|---|---|', ...rows];
  });
  return `\n${tables.map((lines) => lines.join('\n')).join('\n\n')}\n\n`;
}

/** The part of docs/nest.md that is made from the options. */
export const OPTIONS_PART = /(?<=\n<!-- npm run docs:settings -->\n)(.*?)(?=<!-- end -->\n)/s;

/** The options of the module with their settings. */
export function optionsTable(
  rows: readonly (readonly [
    name: string,
    option: { readonly path: string; readonly kind: { readonly form: string } },
  ])[],
): string {
  const lines = rows.map(([name, { path, kind }]) => `| \`${path}\` | ${kind.form} | \`${name}\` |`);
  return `\n${['| option | type | setting |', '|---|---|---|', ...lines].join('\n')}\n\n`;
}

function shownDefault({ default: preset, whenUnset = '' }: Setting): string {
  if (preset === undefined) return whenUnset;
  return /^\d+$/.test(preset) ? preset : `\`${preset}\``;
}
