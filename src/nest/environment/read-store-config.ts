import { combinationProblems } from '../../api/setting-rules.js';
import { parseSettings, SETTING_GROUPS } from '../../api/settings.js';
import { regionInHost } from '../../api/ws-api-endpoint.js';
import { ConfigError } from '../config/config.errors.js';
import { type StoreSettings } from '../config/store-settings.js';
import { storeSettings } from './config-of.js';
import { describeProblem, settingTexts } from './setting-texts.js';

/**
 * Reads the settings of a program that only opens the service's store, from the environment of the service. Variables of
 * other parts are ignored.
 *
 * @throws {ConfigError} with every problem at once
 */
export function readStoreConfig(environment: NodeJS.ProcessEnv = process.env): {
  readonly store: StoreSettings;
  readonly awsRegion: string;
} {
  const all = settingTexts(environment);
  const texts = Object.fromEntries(NAMES.map((name) => [name, all[name]]));
  const { WS_API_ENDPOINT = 'not needed here' } = texts;
  const { settings, problems: wrong } = parseSettings(texts);
  const problems = [...wrong, ...combinationProblems({ ...texts, WS_API_ENDPOINT })];
  if (settings === undefined || problems.length > 0) {
    throw new ConfigError(problems.map((problem) => describeProblem(problem, texts)));
  }
  const region = texts['WS_API_ENDPOINT'] && regionInHost(settings.WS_API_ENDPOINT);
  return { store: storeSettings(settings), awsRegion: region ?? settings.AWS_REGION };
}

const NAMES = [
  'WS_API_ENDPOINT',
  'AWS_REGION',
  ...Object.keys(SETTING_GROUPS.find(({ title }) => title === 'Stores')!.settings),
];
