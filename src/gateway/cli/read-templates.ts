import { loadApp, missingText } from '../cloud-assembly/cdk-app.js';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { LOCAL_ACCOUNT } from './local-account.js';
import { type Options } from './options.js';
import { readTemplateFiles, type TemplateFiles } from './read-template-file.js';

/**
 * The templates of `--template` and `--terraform`, followed by those of `--app`.
 *
 * @param warn receives a sentence about what is missing
 * @param signal ends the app
 * @throws {UsageError} a file cannot be read, or the app cannot be run
 */
export async function readTemplates(
  {
    templates,
    terraform,
    app,
    stacks,
    region,
  }: Pick<Options, keyof TemplateFiles | 'app' | 'stacks' | 'region'>,
  warn: (reason: string) => void,
  signal?: AbortSignal,
): Promise<readonly TemplateFile[]> {
  const files = await readTemplateFiles({ templates, terraform });
  if (app === undefined) return files;
  const loaded = await loadApp(app, stacks, { region, accountId: LOCAL_ACCOUNT, signal });
  for (const reason of missingText(loaded.missing, LOCAL_ACCOUNT)) warn(reason);
  return [...files, ...loaded.templates];
}
