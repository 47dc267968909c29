import { type Place } from './cloudformation-error.js';
import { type Dictionary, type Document, type Entry, type Node, readDocument } from './document.js';

/** The sections of a template by name, not evaluated. */
export interface Template {
  readonly document: Document;
  /** A macro, such as SAM's, may add resources that the template does not contain. */
  readonly hasTransform: boolean;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly mappings: ReadonlyMap<string, Entry>;
  readonly conditions: ReadonlyMap<string, Entry>;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The outputs that other stacks can import. */
  readonly exports: readonly Export[];
}

interface Export {
  readonly at: Place;
  readonly name: Node;
  readonly value: Node;
  readonly condition: string | undefined;
}

interface ParameterDeclaration {
  readonly at: Place;
  /** `CommaDelimitedList` or `List<…>`: its value is split at the commas. */
  readonly isList: boolean;
  readonly default: string | undefined;
}

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  /** The place of the logical id. */
  readonly at: Place;
  /** Name of the condition that decides whether the resource is created. */
  readonly condition: string | undefined;
  readonly dependsOn: readonly { readonly at: Place; readonly logicalId: string }[];
  readonly properties: ReadonlyMap<string, Entry>;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;

/** @throws {CloudFormationError} not a template, or a section of the wrong form */
export function readTemplate(text: string, fileName: string): Template {
  const document = readDocument(text, fileName);
  const sections = new Sections(document);
  const root = sections.dictionary(document.root, 'the template');
  const section = (name: string): ReadonlyMap<string, Entry> => {
    const entry = root.entries.get(name);
    return entry === undefined ? new Map() : sections.dictionary(entry.value, name).entries;
  };
  if (!root.entries.has('Resources')) {
    throw document.error(root.at, 'the template has no Resources; is it a CloudFormation template?');
  }
  const resources = section('Resources');
  if (resources.size > MAX_RESOURCES) {
    const reason = `the template has ${resources.size} resources; CloudFormation allows ${MAX_RESOURCES}`;
    throw document.error(root.at, reason);
  }
  return {
    document,
    hasTransform: root.entries.has('Transform'),
    parameters: mapEntries(section('Parameters'), (entry, name) => sections.parameter(entry, name)),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources: mapEntries(resources, (entry, name) => sections.resource(entry, name)),
    exports: [...section('Outputs')].flatMap(([name, entry]) => sections.exported(entry, name)),
  };
}

class Sections {
  constructor(private readonly document: Document) {}

  dictionary(node: Node, what: string): Dictionary {
    if (node.kind === 'dictionary') return node;
    throw this.document.error(node.at, `${what} must be an object`);
  }

  text(node: Node, what: string): string {
    if (node.kind === 'scalar' && node.value !== null) return String(node.value);
    throw this.document.error(node.at, `${what} must be text`);
  }

  parameter({ at, value }: Entry, name: string): ParameterDeclaration {
    const { entries } = this.dictionary(value, `Parameter ${name}`);
    const type = entries.get('Type');
    const preset = entries.get('Default');
    const typeName = type && this.text(type.value, `${name}: Type`);
    return {
      at,
      isList: typeName !== undefined && /^(CommaDelimitedList$|List<)/.test(typeName),
      default: preset && this.text(preset.value, `${name}: Default`),
    };
  }

  resource({ at, value }: Entry, logicalId: string): Resource {
    if (logicalId.startsWith('Fn::')) {
      throw this.document.error(at, `${logicalId} is not supported: use the template that results from it`);
    }
    const { entries } = this.dictionary(value, `Resource ${logicalId}`);
    const type = entries.get('Type');
    if (type === undefined) throw this.document.error(at, `Resource ${logicalId} has no Type`);
    const condition = entries.get('Condition');
    const properties = entries.get('Properties')?.value;
    return {
      logicalId,
      type: this.text(type.value, `${logicalId}: Type`),
      at,
      condition: condition && this.text(condition.value, `${logicalId}: Condition`),
      dependsOn: this.#dependsOn(entries.get('DependsOn')?.value, logicalId),
      // a macro replaces any other form; such a resource is not one of API Gateway's
      properties: properties?.kind === 'dictionary' ? properties.entries : new Map(),
    };
  }

  exported({ at, value: output }: Entry, outputName: string): readonly Export[] {
    const { entries } = this.dictionary(output, `Output ${outputName}`);
    const [value, condition, exported] = ['Value', 'Condition', 'Export'].map(
      (key) => entries.get(key)?.value,
    );
    const name = exported?.kind === 'dictionary' ? exported.entries.get('Name')?.value : undefined;
    if (name === undefined || value === undefined) return [];
    return [{ at, name, value, condition: condition && this.text(condition, `${outputName}: Condition`) }];
  }

  #dependsOn(node: Node | undefined, logicalId: string): Resource['dependsOn'] {
    if (node === undefined) return [];
    const items = node.kind === 'list' ? node.items : [node];
    return items.map((item) => ({ at: item.at, logicalId: this.text(item, `${logicalId}: DependsOn`) }));
  }
}

function mapEntries<T>(
  entries: ReadonlyMap<string, Entry>,
  read: (entry: Entry, name: string) => T,
): ReadonlyMap<string, T> {
  return new Map([...entries].map(([name, entry]) => [name, read(entry, name)]));
}
