import { macroReference } from '../silent/cloudformation-choices.js';
import { type Call, type Node } from './document.js';
import { type Evaluator, type StackSettings, type Value } from './evaluator.js';
import { FUNCTIONS, OTHER_FUNCTIONS } from './intrinsic-functions.js';
import { placeholderValue } from './placeholder-values.js';
import { type Resource, type Template } from './template.js';

/** `Ref` or `Fn::GetAtt` of a created resource; `undefined` for any other, which has a placeholder value. */
export type PhysicalValue = (resource: Resource, attribute: string | undefined) => string | undefined;

/** More than any template needs; a chain of names each of which doubles the text soon exceeds it. */
const MAX_TEXT_CHARACTERS = 1024 * 1024;

/** More than any template needs, and far fewer than would exhaust the stack. */
const MAX_CONDITION_DEPTH = 100;

/** A template with its parameters: evaluates its nodes. */
export class Stack implements Evaluator {
  readonly #conditions = new Map<string, boolean | 'being evaluated'>();
  #conditionDepth = 0;
  readonly #placeholders = new Map<string, string>();

  /** @throws {CloudFormationError} parameters without a value */
  constructor(
    readonly template: Template,
    readonly settings: StackSettings,
    private readonly physicalValue: PhysicalValue = () => undefined,
  ) {
    const { parameters, mayLackValues } = settings;
    const missing = [...template.parameters].filter(
      ([name, declaration]) => declaration.default === undefined && !parameters.has(name),
    );
    const [[, first] = []] = missing;
    if (first === undefined || mayLackValues) return;
    const names = missing.map(([name]) => name);
    throw template.document.error(
      first.at,
      `Parameters: [${names.join(', ')}] must have values; set ${names.map((name) => `--parameter ${name}=VALUE`).join(' ')}`,
    );
  }

  /** The resources whose condition is met. */
  resources(): readonly Resource[] {
    return [...this.template.resources.values()].filter((resource) => this.isCreated(resource));
  }

  isCreated({ condition, at }: Pick<Resource, 'condition' | 'at'>): boolean {
    return condition === undefined || this.isConditionMet(condition, at);
  }

  value(node: Node): Value | undefined {
    switch (node.kind) {
      case 'scalar':
        if (node.value === null) throw this.error(node, `'null' values are not allowed in templates`);
        return typeof node.value === 'string' ? this.#resolveDynamic(node.value) : node.value;
      case 'list':
        return node.items.map((item) => this.value(item)).filter((item) => item !== undefined);
      case 'dictionary': {
        const entries = [...node.entries].map(([name, { value }]) => [name, this.value(value)] as const);
        return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Value;
      }
      case 'call':
        return this.#call(node);
    }
  }

  text(node: Node): string {
    const value = this.value(node);
    if (value === undefined) return '';
    if (typeof value === 'object') throw this.error(node, 'this must be text');
    return String(value);
  }

  list(node: Node): readonly Value[] {
    const value = this.value(node);
    if (Array.isArray(value)) return value as readonly Value[];
    throw this.error(node, 'this must be a list');
  }

  reference(node: Node, name: string, attribute?: string): Value | undefined {
    if (attribute === undefined && name === 'AWS::NoValue') return undefined;
    const pseudo = attribute === undefined ? this.#pseudoParameter(name) : undefined;
    const value = pseudo ?? (attribute === undefined ? this.#parameter(node, name) : undefined);
    if (value !== undefined) return value;

    const resource = this.template.resources.get(name);
    if (resource !== undefined && this.isCreated(resource)) return this.#valueOf(resource, attribute);
    if (resource === undefined && this.template.hasTransform) return macroReference(name, attribute);
    throw this.error(
      node,
      resource === undefined
        ? `Unresolved resource dependencies [${name}]: the template has no such resource or parameter`
        : `Unresolved resource dependencies [${name}]: its condition ${resource.condition} is not met`,
    );
  }

  /** The placeholder ARN of a resource that the gateway does not create. */
  arnOf(resource: Resource): string {
    return this.#valueOf(resource, 'Arn');
  }

  isConditionMet(name: string, at: Node['at']): boolean {
    const known = this.#conditions.get(name);
    if (this.#conditionDepth > MAX_CONDITION_DEPTH) {
      throw this.template.document.error(
        at,
        `conditions refer to one another more than ${MAX_CONDITION_DEPTH} levels deep`,
      );
    }
    if (known === 'being evaluated') {
      throw this.template.document.error(at, `the condition ${name} depends on itself`);
    }
    if (known !== undefined) return known;
    const condition = this.template.conditions.get(name);
    if (condition === undefined)
      throw this.template.document.error(at, `the template has no condition ${name}`);
    this.#conditions.set(name, 'being evaluated');
    this.#conditionDepth += 1;
    try {
      const isMet = this.isTrue(condition.value);
      this.#conditions.set(name, isMet);
      return isMet;
    } catch (error) {
      // the next evaluation reports the same error, not a cycle
      this.#conditions.delete(name);
      throw error;
    } finally {
      this.#conditionDepth -= 1;
    }
  }

  isTrue(node: Node): boolean {
    const value = this.value(node);
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw this.error(node, 'this must be a condition');
  }

  joined(node: Node, texts: readonly string[], delimiter = ''): string {
    const characters = texts.reduce((sum, text) => sum + text.length + delimiter.length, 0);
    if (characters - delimiter.length <= MAX_TEXT_CHARACTERS) return texts.join(delimiter);
    throw this.error(node, `this evaluates to more than ${MAX_TEXT_CHARACTERS} characters`);
  }

  error(node: Node, reason: string) {
    return this.template.document.error(node.at, reason);
  }

  #call(call: Call): Value | undefined {
    const evaluate = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
    if (evaluate === undefined) {
      throw this.error(
        call,
        OTHER_FUNCTIONS.has(call.name)
          ? `${call.name} is not supported by this gateway`
          : `CloudFormation has no function ${call.name}`,
      );
    }
    const value = evaluate(this, call);
    if (typeof value === 'string' && value.length > MAX_TEXT_CHARACTERS) {
      throw this.error(call, `this evaluates to more than ${MAX_TEXT_CHARACTERS} characters`);
    }
    // after the evaluation, because the CDK joins dynamic references from parts
    return typeof value === 'string' ? this.#resolveDynamic(value) : value;
  }

  #parameter(node: Node, name: string): Value | undefined {
    const declaration = this.template.parameters.get(name);
    if (declaration === undefined) return undefined;
    const { isList, isStored, default: preset } = declaration;
    const value = this.settings.parameters.get(name);
    if (isStored && value === undefined && !this.settings.mayLackValues) {
      throw this.error(
        node,
        `the default of the parameter ${name}, ${preset}, is the path of its value in the Parameter Store, which this gateway does not read; set --parameter ${name}=VALUE`,
      );
    }
    const text = value ?? (isStored ? undefined : preset) ?? `{${name}}`;
    return isList ? text.split(',').map((item) => item.trim()) : text;
  }

  #pseudoParameter(name: string): Value | undefined {
    const { region, accountId } = this.settings;
    switch (name) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return STACK_NAME;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${region}:${accountId}:stack/${STACK_NAME}/00000000-0000-0000-0000-000000000000`;
      case 'AWS::NotificationARNs':
        return [];
      default:
        return undefined;
    }
  }

  #valueOf(resource: Resource, attribute: string | undefined): string {
    const physical = this.physicalValue(resource, attribute);
    if (physical !== undefined) return physical;
    const key = `${resource.logicalId}.${attribute ?? ''}`;
    const known = this.#placeholders.get(key);
    if (known !== undefined) return known;
    // the value while the placeholder itself is being evaluated
    this.#placeholders.set(key, resource.logicalId);
    const value = placeholderValue(this, resource, attribute);
    this.#placeholders.set(key, value);
    return value;
  }

  /** Replaces `{{resolve:secretsmanager:…}}` anywhere in a text; without a value it stays unmodified. */
  #resolveDynamic(text: string): string {
    let [resolved, end] = ['', 0];
    for (let start = text.indexOf(DYNAMIC); start !== -1; start = text.indexOf(DYNAMIC, end)) {
      const close = text.indexOf('}', start);
      if (close === -1) break;
      const isReference = text.startsWith('}}', close) && close > start + DYNAMIC.length;
      const value = isReference ? this.settings.parameters.get(text.slice(start + 2, close)) : undefined;
      resolved += text.slice(end, start) + (value ?? text.slice(start, close));
      // a reference without a value keeps its braces, as text
      end = value === undefined ? close : close + 2;
    }
    return resolved + text.slice(end);
  }
}

const DYNAMIC = '{{resolve:';

/** A placeholder: a template does not name its stack. */
const STACK_NAME = 'local';
