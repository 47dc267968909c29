import { type Entry } from '../document.js';
import { buildDictionary, buildNode } from '../build-node.js';
import { CloudFormationError } from '../cloudformation-error.js';
import { type Document } from '../document.js';
import { type StackSettings } from '../evaluator.js';
import { type Resource, type Template } from '../template.js';
import { dependenciesOf } from './dependencies-of.js';
import { Instances, type ResourceInstance } from './instances.js';
import { linePlaces } from './line-places.js';
import { ResourceReader, type Undetermined } from './read-resource.js';
import { References } from './references.js';
import { kindOf } from './resource-kinds.js';
import { resourcePlaces } from './resource-places.js';
import { readShownTerraform } from './show-json.js';

const START = { line: 1, column: 1 } as const;

/**
 * What `terraform show -json` prints, as a template: its resources have their addresses as logical ids, and the types
 * and properties that CloudFormation has for them. The gateway, `lint` and `explain` need nothing else.
 *
 * @throws {CloudFormationError} another file, or values that the plan does not determine, unless `mayLackValues`
 */
export function readTerraform(text: string, fileName: string, settings: StackSettings): Template {
  const placeOf = linePlaces(text);
  const error: Document['error'] = (at, reason) => new CloudFormationError(fileName, at, reason);
  const shown = readShownTerraform({ text, fileName, error });
  const places = resourcePlaces({ text, placeOf });
  const instances = new Instances(shown);
  const references = new References(instances, shown.variables);
  const reader = new ResourceReader(instances, references, settings.parameters);
  const at = ({ address }: ResourceInstance) => places.get(address) ?? START;

  const resources = instances.managed.map((instance): [string, Resource] => {
    const { address, type } = instance;
    const place = at(instance);
    const properties = Object.entries(reader.properties(instance)).map(([name, part]): [string, Entry] => [
      name,
      { at: place, value: buildNode(part, place) },
    ]);
    return [
      address,
      {
        logicalId: address,
        type: kindOf(type)?.type ?? type,
        at: place,
        condition: undefined,
        dependsOn: dependenciesOf(instance, instances, references).map((logicalId) => ({
          at: place,
          logicalId,
        })),
        properties: new Map(properties),
      },
    ];
  });
  const { undetermined } = reader;
  const [first] = undetermined;
  if (first !== undefined && !settings.mayLackValues) throw error(at(first.resource), reasonOf(undetermined));
  return {
    document: { fileName, text, root: buildDictionary({}, START), aliases: [], placeOf, error },
    hasTransform: false,
    hasSam: false,
    hasLanguageExtensions: false,
    parameters: new Map(
      undetermined.map(({ resource, parameter }) => [
        parameter,
        { at: at(resource), isList: false, isStored: false, default: undefined },
      ]),
    ),
    mappings: new Map(),
    conditions: new Map(),
    resources: new Map(resources),
    outputs: [],
  };
}

/** Which values are missing, and how to give them. */
function reasonOf(undetermined: readonly Undetermined[]): string {
  const wrong = undetermined.find(({ given }) => given !== undefined);
  if (wrong !== undefined) {
    return `--parameter '${wrong.parameter}=${wrong.given}' refers to what the plan does not have, or not alone: write the address of one resource and an attribute`;
  }
  const flags = undetermined.map(({ parameter, references }) => {
    const [first, ...others] = references.map((reference) => `\${${reference}}`);
    const value = first === undefined ? 'VALUE' : `…${first}…`;
    return `--parameter '${parameter}=${value}'${others.length === 0 ? '' : ` (or ${others.join(', ')})`}`;
  });
  const count = undetermined.length === 1 ? 'a value is' : `${undetermined.length} values are`;
  return `${count} known only after apply, and Terraform prints what they refer to, but not the expressions. Give them as in your configuration: ${flags.join(' ')}; or give what terraform show -json prints after the apply`;
}
