import { editDistance } from '../../api/edit-distance.js';
import { combinationProblems, type SettingTexts } from '../../api/setting-rules.js';
import { parseSettings, type SettingProblem } from '../../api/settings.js';
import { ConfigError } from '../config/config.errors.js';
import { type Config } from '../config/config.js';
import { type Constants, CONSTANTS } from '../config/constants.js';
import { configOf } from '../environment/config-of.js';
import { loopbackProblems } from '../environment/read-config.js';
import { shownValue } from '../environment/setting-texts.js';
import { type ModuleOptions } from './backchannel-options.js';
import { type Features } from './features.js';
import { PREFIXES } from './option-kinds.js';
import { inOptionNames, OPTION_PATHS, optionRows, OPTIONS } from './option-table.js';

/** What {@link readOptions} needs beside the options. */
export interface ReadingContext {
  readonly features: Features;
  /** Problems that were found before. */
  readonly problems?: readonly string[];
  /** Others only in tests. */
  readonly constants?: Constants | undefined;
  /** Names settings in later errors. Default: by the names of the options. */
  readonly named?: ((problem: string) => string) | undefined;
}

/**
 * Checks options by the rows of the settings that they stand for, as those of the ready service are checked.
 *
 * @returns a frozen object
 * @throws {ConfigError} with every problem at once, by the names of the options
 */
export function readOptions(
  options: ModuleOptions,
  { features, problems: before = [], constants = CONSTANTS, named = inOptionNames }: ReadingContext,
): Config {
  if (!isObject(options)) throw new ConfigError([...before, 'expected an object with options']);
  const { texts, mistyped } = textsOf(options);
  const { settings, problems: wrong } = parseSettings(texts);
  const found = [...wrong, ...combinationProblems(texts), ...loopbackProblems(texts)].filter(
    ([name]) => !mistyped.has(name),
  );
  const problems = [
    ...before,
    ...unknownOptions(options),
    ...mistyped.values(),
    ...found.map((problem) => describe(problem, texts)),
    ...pathProblems(options.path),
    ...featureProblems(options, features),
  ];
  if (settings === undefined || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(
    configOf(settings, constants, {
      named,
      path: options.path ?? '',
      isStored: features.channels || options.store !== undefined,
    }),
  );
}

/** The texts of the settings that the options stand for, and the problems of those of another type, by setting. */
function textsOf(options: object): {
  readonly texts: SettingTexts;
  readonly mistyped: ReadonlyMap<string, string>;
} {
  const texts: Record<string, string> = {};
  const mistyped = new Map<string, string>();
  for (const [name, { path, kind }] of optionRows()) {
    const value = valueAt(options, path);
    if (value === undefined) continue;
    const text = kind.toText(value);
    if (text === undefined) mistyped.set(name, `${path}: expected ${kind.expected}`);
    else texts[name] = text;
  }
  return { texts, mistyped };
}

function valueAt(options: object, path: string): unknown {
  let value: unknown = options;
  for (const key of path.split('.')) value = isObject(value) ? value[key] : undefined;
  return value;
}

/** One line, without the value of a secret. */
function describe([name, expected]: SettingProblem, texts: SettingTexts): string {
  const { path, kind } = OPTIONS[name as keyof typeof OPTIONS];
  const text = texts[name];
  if (text === undefined) return `${path} is not set: ${inOptionNames(expected)}`;
  const inWords = kind === PREFIXES ? `expected ${kind.expected}` : inOptionNames(expected);
  return `${path}${shownValue(name, text)}: ${inWords.replaceAll(', separated by commas', '')}`;
}

function unknownOptions(options: object, prefix = ''): readonly string[] {
  return Object.entries(options).flatMap(([key, value]: [string, unknown]) => {
    const path = prefix + key;
    if (OPTION_PATHS.includes(path) || value === undefined) return [];
    const inside = OPTION_PATHS.filter((known) => known.startsWith(`${path}.`));
    if (inside.length === 0) return [unknownOption(path)];
    if (isObject(value)) return unknownOptions(value, `${path}.`);
    const names = inside.map((known) => known.slice(path.length + 1)).join(', ');
    return [`${path}: expected an object with ${names}`];
  });
}

function unknownOption(path: string): string {
  if (['imports', 'features', 'permissions'].includes(path))
    return `${path}: expected beside useFactory, because the modules are assembled before it is called`;
  const [nearest] = OPTION_PATHS.map((known) => ({ known, edits: editDistance(path, known, LIKELY_EDITS) }))
    .filter(({ edits }) => edits !== undefined)
    .toSorted((one, other) => one.edits! - other.edits!);
  return `${path} is not an option${nearest === undefined ? '' : `: did you mean ${nearest.known}?`}`;
}

const LIKELY_EDITS = 3;

function pathProblems(path: unknown): readonly string[] {
  if (path === undefined || (typeof path === 'string' && /^(?:\/[\w.~-]+)*$/.test(path))) return [];
  return [
    `path=${JSON.stringify(path)}: expected a path such as /ws, of letters, digits and . _ ~ -, without a slash at the end`,
  ];
}

/** What an option needs of others that are no settings of the ready service. */
function featureProblems(options: ModuleOptions, { channels }: Features): readonly string[] {
  const problems: string[] = [];
  const { store, authentication } = options;
  if (store !== undefined && store.kind !== 'embedded' && 'dataDir' in store && store.dataDir !== undefined)
    problems.push('store.dataDir: expected only with store.kind=embedded');
  if (channels) return problems;
  for (const name of ['channels', 'backendApi'] as const)
    if (options[name] !== undefined) problems.push(`${name}: expected only with features.channels`);
  if (store === undefined && authentication !== undefined && authentication.kind !== 'none')
    problems.push(
      'store is not set: required with authentication and without features.channels, because it keeps who the users are',
    );
  return problems;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
