import { type Call, type Node } from './document.js';
import { type Evaluator, type Value } from './evaluator.js';
import { isGatewayExpression, parseSubstitution, splitAttribute } from './substitution.js';
import { withoutExtensions } from './template.js';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export const FUNCTIONS: Readonly<Record<string, (stack: Evaluator, call: Call) => Value | undefined>> = {
  Ref: (stack, call) => stack.reference(call, stack.text(call.argument)),
  'Fn::GetAtt': (stack, call) => stack.reference(call, ...attributeOf(stack, call)),
  'Fn::Sub': substitute,
  'Fn::Join'(stack, call) {
    const [delimiter, list] = parameters(stack, call, 2);
    return stack.joined(call, stack.list(list).map(String), stack.text(delimiter));
  },
  'Fn::Select'(stack, call) {
    const [index, list] = parameters(stack, call, 2);
    const item = stack.list(list)[Number(stack.text(index))];
    if (item === undefined) throw stack.error(call, `the list has no item ${stack.text(index)}`);
    return item;
  },
  'Fn::Split'(stack, call) {
    const [delimiter, text] = parameters(stack, call, 2);
    return stack.text(text).split(stack.text(delimiter));
  },
  'Fn::FindInMap'(stack, call) {
    const [preset, [map, first, second]] = mapParameters(stack, call);
    const path = [map, first, second].map((node) => stack.text(node));
    let node = stack.template.mappings.get(path[0] ?? '')?.value;
    for (const key of path.slice(1)) {
      node = node?.kind === 'dictionary' ? node.entries.get(key)?.value : undefined;
    }
    node ??= preset;
    if (node === undefined) throw stack.error(call, `the mappings have no entry [${path.join(', ')}]`);
    return stack.value(node);
  },
  'Fn::ImportValue'(stack, call) {
    const name = stack.text(call.argument);
    const value = stack.settings.parameters.get(name);
    if (value !== undefined) return value;
    if (stack.settings.mayLackValues) return `{${name}}`;
    throw stack.error(call, `another stack exports ${name}; set it with --parameter ${name}=VALUE`);
  },
  'Fn::If'(stack, call) {
    const [condition, then, otherwise] = parameters(stack, call, 3);
    return stack.value(stack.isConditionMet(stack.text(condition), condition.at) ? then : otherwise);
  },
  Condition: (stack, call) => stack.isConditionMet(stack.text(call.argument), call.at),
  'Fn::Equals'(stack, call) {
    const [left, right] = parameters(stack, call, 2).map((node) => stack.value(node));
    return asComparable(left) === asComparable(right);
  },
  'Fn::And': (stack, call) => items(stack, call).every((node) => stack.isTrue(node)),
  'Fn::Or': (stack, call) => items(stack, call).some((node) => stack.isTrue(node)),
  'Fn::Not'(stack, call) {
    const [condition] = parameters(stack, call, 1);
    return !stack.isTrue(condition);
  },
  'Fn::Base64': (stack, call) => Buffer.from(stack.text(call.argument)).toString('base64'),
  // placeholders: no resource of API Gateway depends on these two
  'Fn::GetAZs'(stack, call) {
    const region = stack.text(call.argument) || stack.settings.region;
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  'Fn::Cidr'(stack, call) {
    const [block, count] = items(stack, call);
    if (block === undefined || count === undefined)
      throw stack.error(call, 'Fn::Cidr needs a block and a count');
    return Array.from({ length: Math.min(Number(stack.text(count)) || 0, 256) }, () => stack.text(block));
  },
  'Fn::Length'(stack, call) {
    requireExtensions(stack, call);
    return stack.list(call.argument).length;
  },
  'Fn::ToJsonString'(stack, call) {
    requireExtensions(stack, call);
    const value = stack.value(call.argument);
    if (typeof value === 'object') return JSON.stringify(value);
    throw stack.error(call.argument, 'Fn::ToJsonString needs an object or a list');
  },
};

/** The functions of CloudFormation that the gateway does not evaluate. Those of `Rules` occur only there. */
export const OTHER_FUNCTIONS: ReadonlySet<string> = new Set(
  'Contains EachMemberEquals EachMemberIn GetStackOutput RefAll Transform ValueOf ValueOfAll'
    .split(' ')
    .map((name) => `Fn::${name}`),
);

function requireExtensions({ template }: Evaluator, { at, name }: Call): void {
  if (!template.hasLanguageExtensions) throw withoutExtensions(template.document, at, name);
}

/** The parameters of `Fn::FindInMap`, of which `AWS::LanguageExtensions` adds a fourth: `DefaultValue`. */
function mapParameters(stack: Evaluator, call: Call): readonly [preset: Node | undefined, Parameters[3]] {
  const [, , , options] = items(stack, call);
  if (options === undefined) return [undefined, parameters(stack, call, 3)];
  requireExtensions(stack, { ...call, name: 'Fn::FindInMap with DefaultValue' });
  const preset = options.kind === 'dictionary' ? options.entries.get('DefaultValue')?.value : undefined;
  if (preset === undefined) throw stack.error(options, 'the fourth parameter must be {DefaultValue: …}');
  const [map, first, second] = parameters(stack, call, 4);
  return [preset, [map, first, second]];
}

/** The argument of `Fn::GetAtt`: `Name.Attribute`, or a list of both. */
export function attributeOf(
  stack: Evaluator,
  { argument }: Call,
): readonly [name: string, attribute: string] {
  const [name, attribute] =
    argument.kind === 'list'
      ? [stack.text(argument.items[0] ?? argument), argument.items[1] && stack.text(argument.items[1])]
      : splitAttribute(stack.text(argument));
  if (attribute === undefined || attribute === '') {
    throw stack.error(argument, 'Fn::GetAtt needs a logical id and an attribute');
  }
  return [name, attribute];
}

function substitute(stack: Evaluator, call: Call): string {
  const [template, own] = call.argument.kind === 'list' ? call.argument.items : [call.argument];
  if (template?.kind !== 'scalar') throw stack.error(call, 'Fn::Sub needs text');
  const values = own?.kind === 'dictionary' ? own.entries : new Map<string, never>();
  const parts = parseSubstitution(stack.text(template)).map((part) => {
    if (part.kind === 'text') return part.text;
    const value = values.get(part.name)?.value;
    return value === undefined ? variable(stack, template, part.name) : stack.text(value);
  });
  return stack.joined(call, parts);
}

function variable(stack: Evaluator, node: Node, name: string): string {
  if (isGatewayExpression(name) && !stack.template.resources.has(splitAttribute(name)[0])) {
    throw stack.error(
      node,
      `Fn::Sub replaces \${${name}} itself; to leave it to API Gateway, write \${!${name}}`,
    );
  }
  if (!/^[\w:.]+$/.test(name)) {
    throw stack.error(
      node,
      `'\${${name}}' is not a variable of Fn::Sub; to keep it unmodified, write \${!${name}}`,
    );
  }
  const value = stack.reference(node, ...splitAttribute(name)) ?? '';
  if (typeof value === 'object') throw stack.error(node, `\${${name}} is a list`);
  return String(value);
}

function items(stack: Evaluator, { argument, name }: Call): readonly Node[] {
  if (argument.kind === 'list') return argument.items;
  throw stack.error(argument, `${name} needs a list`);
}

type Parameters = { 1: [Node]; 2: [Node, Node]; 3: [Node, Node, Node]; 4: [Node, Node, Node, Node] };

function parameters<N extends keyof Parameters>(stack: Evaluator, call: Call, count: N): Parameters[N] {
  const actual = items(stack, call);
  if (actual.length === count) return actual as Parameters[N];
  throw stack.error(call, `${call.name} needs ${count} parameters, not ${actual.length}`);
}

/** CloudFormation compares as text. */
const asComparable = (value: Value | undefined) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);
