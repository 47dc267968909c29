import { combinationProblems, type SettingTexts } from '../../api/setting-rules.js';
import { parseSettings, type SettingProblem } from '../../api/settings.js';
import { type UnknownSetting, unknownSettings } from '../../api/unknown-settings.js';
import { ConfigError } from '../config/config.errors.js';
import { type Config } from '../config/config.js';
import { type Constants, CONSTANTS } from '../config/constants.js';
import { isLoopback } from '../loopback.js';
import { configOf } from './config-of.js';
import { describeProblem, settingTexts } from './setting-texts.js';

/**
 * Reads the settings from the environment. An empty variable counts as not set.
 *
 * @param constants others only in tests
 * @returns a frozen object
 * @throws {ConfigError} with every problem at once
 */
export function readConfig(
  environment: NodeJS.ProcessEnv = process.env,
  constants: Constants = CONSTANTS,
): Config {
  const texts = settingTexts(environment);
  const { settings, problems: wrong } = parseSettings(texts);
  const unknown = unknownSettings(Object.keys(texts)).filter(({ isCertain }) => isCertain);
  const problems = [
    ...[...wrong, ...combinationProblems(texts), ...loopbackProblems(texts)].map((problem) =>
      describeProblem(problem, texts),
    ),
    ...unknown.map(({ message }) => message),
  ];
  if (settings === undefined || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(configOf(settings, constants));
}

/** Variables that may be misspelt settings, or belong to another program. */
export function doubtfulVariables(environment: NodeJS.ProcessEnv = process.env): readonly UnknownSetting[] {
  return unknownSettings(Object.keys(settingTexts(environment))).filter(({ isCertain }) => !isCertain);
}

/** What may be configured for this machine only. */
export function loopbackProblems(texts: SettingTexts): SettingProblem[] {
  const { HOST, GATEWAY_SECRET, JWT_JWKS_URL = '' } = texts;
  const problems: SettingProblem[] = [];
  if (HOST !== undefined && GATEWAY_SECRET === undefined && !isLoopback(HOST))
    problems.push(['HOST', 'expected a loopback address, or GATEWAY_SECRET with it']);
  const jwks = URL.parse(JWT_JWKS_URL);
  if (jwks?.protocol === 'http:' && !isLoopback(jwks.hostname))
    problems.push(['JWT_JWKS_URL', 'expected https:, because this host is not loopback']);
  return problems;
}
