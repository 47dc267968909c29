import { algorithmsOf } from './jwt-key.js';
import { plainText } from './setting-kinds.js';
import { type SettingName, type SettingProblem, SETTINGS, settingRows } from './settings.js';

/** The texts of settings by name, without empty ones. */
export type SettingTexts = Readonly<Record<string, string | undefined>>;

/** The rules for several settings together. Each setting for itself is checked by its row. */
export function combinationProblems(texts: SettingTexts): readonly SettingProblem[] {
  return [...missingOrMisplaced(texts), ...jwtProblems(texts)];
}

function missingOrMisplaced(texts: SettingTexts): SettingProblem[] {
  return settingRows().flatMap(([name, { isRequired, onlyWith, bounds }]): SettingProblem[] => {
    const isSet = texts[name] !== undefined;
    if (onlyWith === undefined) return isRequired && !isSet ? [[name, `expected ${plainText(bounds)}`]] : [];
    switch (condition(onlyWith, texts)) {
      case 'met':
        return isRequired && !isSet ? [[name, `required with ${onlyWith}`]] : [];
      case 'unmet':
        return isSet ? [[name, `expected only with ${onlyWith}`]] : [];
      case 'unknown':
        return [];
    }
  });
}

/** @param onlyWith `NAME` or `NAME=value`; `unknown` if the other setting is wrong, which its own row reports */
function condition(onlyWith: string, texts: SettingTexts): 'met' | 'unmet' | 'unknown' {
  const [name, value] = onlyWith.split('=') as [SettingName, string?];
  const row = settingRows().find(([other]) => other === name)?.[1];
  const text = texts[name] ?? row?.default;
  if (text !== undefined && !row?.schema.safeParse(text).success) return 'unknown';
  return (value === undefined ? text !== undefined : text === value) ? 'met' : 'unmet';
}

/** `AUTH=jwt`: one key, and what has to fit it. */
function jwtProblems(texts: SettingTexts): SettingProblem[] {
  if (texts['AUTH'] !== 'jwt') return [];
  const isSet = (name: SettingName) => texts[name] !== undefined;
  const keys = (['JWT_JWKS_URL', 'JWT_KEY', 'JWT_SECRET'] as const).filter(isSet);
  const problems: SettingProblem[] = [];
  if (keys.length !== 1)
    problems.push(['AUTH', 'expected exactly one of JWT_JWKS_URL, JWT_KEY and JWT_SECRET with it']);
  if (isSet('JWT_JWKS_URL')) {
    const reason = 'because the keys there may sign tokens for others, too';
    if (!isSet('JWT_ISSUER')) problems.push(['JWT_ISSUER', `required with JWT_JWKS_URL, ${reason}`]);
    if (!isSet('JWT_AUDIENCE'))
      problems.push(['JWT_AUDIENCE', `required with JWT_JWKS_URL, ${reason}; * accepts any`]);
  }
  const [keyName] = keys;
  if (keys.length === 1 && keyName !== undefined) {
    const key = SETTINGS[keyName].schema.safeParse(texts[keyName]).data;
    const { data: algorithms } = SETTINGS.JWT_ALGORITHMS.schema.safeParse(texts['JWT_ALGORITHMS']);
    const possible = key && algorithmsOf(key);
    if (possible && algorithms?.some((name) => !possible.includes(name)))
      problems.push(['JWT_ALGORITHMS', `expected one or more of ${possible.join(', ')} with ${keyName}`]);
  }
  return problems;
}
