import { type LoadedTemplates } from '../cloudformation/loaded-templates.js';
import { targetNames } from '../integrations/target-names.js';
import { functionNames } from '../silent/lambda-choices.js';
import { type ReferencedNames } from './referenced-names.js';

/** A name in the settings that means nothing: most often a misspelled one. */
export interface UnmatchedName {
  readonly setting: keyof NamedSettings;
  readonly name: string;
  /** The names that would have a meaning. */
  readonly known: readonly string[];
}

/** The settings of a gateway that are named by their users. */
export interface NamedSettings {
  readonly targets: ReadonlyMap<string, unknown>;
  readonly functions?: ReadonlyMap<string, unknown> | undefined;
  readonly parameters?: ReadonlyMap<string, unknown> | undefined;
  readonly endpoints?: ReadonlyMap<string, unknown> | undefined;
}

/**
 * The names that mean nothing.
 *
 * @param referenced by the resources of the control plane
 */
export function unmatchedNames(
  settings: NamedSettings,
  { names, targets }: Pick<LoadedTemplates, 'names' | 'targets'>,
  referenced: ReferencedNames,
): readonly UnmatchedName[] {
  const find = (
    setting: keyof NamedSettings,
    known: readonly string[],
    isKnown = (name: string) => known.includes(name),
  ) =>
    [...(settings[setting]?.keys() ?? [])]
      .filter((name) => !isKnown(name))
      .map((name) => ({ setting, name, known: shown(known) }));
  return [
    ...find('targets', [
      ...[...targets.arns, ...referenced.targets].flatMap(targetNames),
      ...targets.instances.flatMap((instance) => instance.names),
    ]),
    ...find('functions', [...names.functions, ...referenced.functions].flatMap(functionNames)),
    ...find('parameters', names.parameters, (name) => names.usesParameter(name)),
    ...find('endpoints', referenced.services),
  ];
}

/** Names that are easy to read and to type: neither ARNs nor generated ids. */
const shown = (names: readonly string[]): readonly string[] =>
  [...new Set(names)].filter((name) => !/:|^(?:\d+|[\da-f]{16})$/.test(name)).toSorted();
