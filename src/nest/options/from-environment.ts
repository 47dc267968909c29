import { settingTexts } from '../environment/setting-texts.js';
import { readConfig } from '../environment/read-config.js';
import { type ModuleOptions } from './backchannel-options.js';
import { optionRows } from './option-table.js';

/**
 * The options that the environment variables of docs/settings.md stand for: those that are set. `PORT`, `HOST` and
 * `DRAIN_SECONDS` are for the ready service alone.
 *
 * @param environment an empty variable counts as not set
 * @throws {ConfigError} with every problem at once, by the names of the variables
 */
export function fromEnvironment(environment: NodeJS.ProcessEnv = process.env): ModuleOptions {
  readConfig(environment);
  const texts = settingTexts(environment);
  const options: Record<string, unknown> = {};
  for (const [name, { path, kind }] of optionRows()) {
    const text = texts[name];
    if (text !== undefined) setAt(options, path, kind.fromText(text));
  }
  const { store, authentication } = options as { readonly store?: Group; readonly authentication?: Group };
  if (store !== undefined) {
    store['kind'] ??= 'embedded';
    // a folder may be set for all environments, also for those with another store
    if (store['kind'] !== 'embedded') delete store['dataDir'];
  }
  if (authentication !== undefined) authentication['kind'] ??= 'none';
  return options as unknown as ModuleOptions;
}

type Group = Record<string, unknown>;

function setAt(options: Group, path: string, value: unknown): void {
  const [first, second] = path.split('.') as [string, string?];
  if (second === undefined) options[first] = value;
  else (options[first] ??= {} as Group)[second as never] = value as never;
}
