import { type SettingTexts } from '../../api/setting-rules.js';
import { type Setting, type SettingProblem, SETTINGS } from '../../api/settings.js';

/** The variables that are set. An empty variable counts as not set. */
export function settingTexts(environment: NodeJS.ProcessEnv): SettingTexts {
  return Object.fromEntries(Object.entries(environment).filter(([, text]) => text !== ''));
}

/** One line, without the value of a secret and the credentials of a URL. */
export function describeProblem([name, expected]: SettingProblem, texts: SettingTexts): string {
  const text = texts[name];
  if (text === undefined) return `${name} is not set: ${expected}`;
  const { isSecret }: Setting = SETTINGS[name];
  if (isSecret) return `${name} (${text.length} characters): ${expected}`;
  // what stands before @ or after ? in a URL may be a credential
  const shown = text.replace(/:(\/*).*@(?!connections)/s, ':$1…@').replace(/[?#].*/s, '?…');
  return `${name}=${shown}: ${expected}`;
}
