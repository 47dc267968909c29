import { type Place } from './cloudformation-error.js';
import { type Dictionary, type Document, type Entry, type Node, readDocument } from './document.js';

/** The sections of a template by name, not evaluated. */
export interface Template {
  readonly document: Document;
  /** A macro, such as SAM's, may add resources that the template does not contain. */
  readonly hasTransform: boolean;
  /** `Transform: AWS::Serverless-2016-10-31` */
  readonly hasSam: boolean;
  /** `Transform: AWS::LanguageExtensions`: more intrinsic functions, and loops. */
  readonly hasLanguageExtensions: boolean;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly mappings: ReadonlyMap<string, Entry>;
  readonly conditions: ReadonlyMap<string, Entry>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: readonly Output[];
}

interface Output {
  readonly at: Place;
  readonly outputName: string;
  /** The name by which other stacks can import it; `undefined` if it is not exported. */
  readonly name: Node | undefined;
  readonly value: Node;
  readonly condition: string | undefined;
}

interface ParameterDeclaration {
  readonly at: Place;
  /** `CommaDelimitedList` or `List<…>`: its value is split at the commas. */
  readonly isList: boolean;
  /** The value is in the Parameter Store of Systems Manager; the default is its path there. */
  readonly isStored: boolean;
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

/**
 * Reads a template without its loops, which `expandLoops` adds.
 *
 * @throws {CloudFormationError} not a template, or a section of the wrong form
 */
export const readTemplate = (text: string, fileName: string): Template =>
  templateOf(readDocument(text, fileName));

/** @throws {CloudFormationError} not a template, or a section of the wrong form */
export function templateOf(document: Document): Template {
  const sections = new Sections(document);
  const root = sections.dictionary(document.root, 'the template');
  const transforms = transformsOf(root.entries.get('Transform')?.value);
  const hasLanguageExtensions = transforms.includes(LANGUAGE_EXTENSIONS);
  const section = (name: string): ReadonlyMap<string, Entry> => {
    const entry = root.entries.get(name);
    if (entry === undefined) return new Map();
    const entries = entriesOf(sections, entry.value, name);
    const loop = entries.find(([key]) => isLoop(key));
    if (loop !== undefined && !hasLanguageExtensions) throw withoutExtensions(document, loop[1].at, loop[0]);
    return new Map(entries.filter(([key]) => !isLoop(key)));
  };
  if (!root.entries.has('Resources')) {
    throw document.error(root.at, 'the template has no Resources; is it a CloudFormation template?');
  }
  const resources = section('Resources');
  if (resources.size > MAX_RESOURCES) {
    const reason = `the template has ${resources.size} resources; CloudFormation allows ${MAX_RESOURCES}`;
    throw document.error(root.at, reason);
  }
  const parameters = section('Parameters');
  for (const [name, { at }] of resources) {
    // a reference to it would be one to itself, and look like a circular dependency
    if (!parameters.has(name)) continue;
    throw document.error(at, `the resource ${name} has the name of a parameter: rename one of them`);
  }
  return {
    document,
    hasTransform: transforms.some((name) => name !== LANGUAGE_EXTENSIONS),
    hasSam: transforms.includes('AWS::Serverless-2016-10-31'),
    hasLanguageExtensions,
    parameters: mapEntries(parameters, (entry, name) => sections.parameter(entry, name)),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources: mapEntries(resources, (entry, name) => sections.resource(entry, name)),
    outputs: [...section('Outputs')].flatMap(([name, entry]) => sections.output(entry, name)),
  };
}

const LANGUAGE_EXTENSIONS = 'AWS::LanguageExtensions';

/** Whether the key, or the name of the call that is the only entry of a section, is that of a loop. */
export const isLoop = (key: string): boolean => key.startsWith('Fn::ForEach::');

/** The error for a function that only templates with `AWS::LanguageExtensions` have. */
export const withoutExtensions = (document: Document, at: Place, name: string) =>
  document.error(at, `${name} needs Transform: ${LANGUAGE_EXTENSIONS}`);

/** The names of the macros; one whose name is not text is any macro. */
function transformsOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
}

function entriesOf(sections: Sections, node: Node, name: string): readonly (readonly [string, Entry])[] {
  if (node.kind === 'call' && isLoop(node.name)) return [[node.name, { at: node.at, value: node.argument }]];
  return [...sections.dictionary(node, name).entries];
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
    const stored = typeName?.match(/^AWS::SSM::Parameter::Value<(.+)>$/)?.[1];
    const valueType = stored ?? typeName;
    return {
      at,
      isList: /^(CommaDelimitedList$|List<)/.test(valueType ?? ''),
      isStored: stored !== undefined,
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

  output({ at, value: output }: Entry, outputName: string): readonly Output[] {
    const { entries } = this.dictionary(output, `Output ${outputName}`);
    const [value, condition, exported] = ['Value', 'Condition', 'Export'].map(
      (key) => entries.get(key)?.value,
    );
    const name = exported?.kind === 'dictionary' ? exported.entries.get('Name')?.value : undefined;
    if (value === undefined) return [];
    return [
      {
        at,
        outputName,
        name,
        value,
        condition: condition && this.text(condition, `${outputName}: Condition`),
      },
    ];
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
