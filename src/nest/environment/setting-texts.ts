import { type SettingTexts } from '../../api/setting-rules.js';
import { type Setting, type SettingName, type SettingProblem, SETTINGS } from '../../api/settings.js';

/** The variables that are set. An empty variable counts as not set. */
export function settingTexts(environment: NodeJS.ProcessEnv): SettingTexts {
  return Object.fromEntries(Object.entries(environment).filter(([, text]) => text !== ''));
}

/** One line, without the value of a secret and the credentials of a URL. */
export function describeProblem([name, expected]: SettingProblem, texts: SettingTexts): string {
  const text = texts[name];
  if (text === undefined) return `${name} is not set: ${expected}`;
  return `${name}${shownValue(name, text)}: ${expected}`;
}

/** The value of a setting as an error shows it after the name. */
export function shownValue(name: SettingName, text: string): string {
  const { isSecret }: Setting = SETTINGS[name];
  if (isSecret) return ` (${text.length} characters)`;
  // what stands before @ or after ? in a URL may be a credential
  return `=${text.replace(/:(\/*).*@(?!connections)/s, ':$1…@').replace(/[?#].*/s, '?…')}`;
}
