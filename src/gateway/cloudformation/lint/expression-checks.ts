import { ExpressionError } from '../../mapping/expression-error.js';
import { parseSelectionExpression, type SelectionScope } from '../../mapping/selection-expression.js';
import { TEMPLATE_CHARACTERS } from '../../silent/control-choices.js';
import { parseMappingTemplate } from '../../vtl/render.js';
import { TemplateError } from '../../vtl/template-error.js';
import { type Node } from '../document.js';
import { isGatewayExpression, parseSubstitution, splitAttribute } from '../substitution.js';
import { type Check, type Report, type Subject } from './subject.js';

/** Checks selection expressions, and the size and the syntax of mapping templates. */
export const checkExpressions: Check = (subject, report) => {
  for (const [type, property, scope] of EXPRESSIONS) {
    for (const resource of subject.resources(`AWS::ApiGatewayV2::${type}`)) {
      // HTTP APIs have one too, which is fixed: ${request.method} ${request.path}
      if (subject.text(resource, 'ProtocolType') === 'HTTP') continue;
      const text = subject.text(resource, property);
      if (text === undefined) continue;
      try {
        parseSelectionExpression(text, scope);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        report(
          'selection-expression',
          subject.at(resource, property),
          `${resource.logicalId}: ${error.message}`,
        );
      }
    }
  }
  for (const [type, property] of TEMPLATES) {
    for (const resource of subject.resources(`AWS::ApiGatewayV2::${type}`)) {
      for (const { key, at, text } of subject.map(resource, property)) {
        if (text === undefined) continue;
        const bytes = Buffer.byteLength(text);
        if (bytes > TEMPLATE_CHARACTERS) {
          report('template-size', at, `${resource.logicalId}: the template '${key}' has ${bytes} bytes`);
        }
        const fault = hasUnknownValue(subject, text) ? undefined : syntaxFault(key, text);
        if (fault !== undefined) report('template-syntax', at, `${resource.logicalId}: ${fault}`);
      }
    }
  }
};

const EXPRESSIONS: readonly (readonly [type: string, property: string, scope: SelectionScope])[] = [
  ['Api', 'RouteSelectionExpression', 'route'],
  ['Api', 'ApiKeySelectionExpression', 'apiKey'],
  ['Integration', 'TemplateSelectionExpression', 'request'],
  ['IntegrationResponse', 'TemplateSelectionExpression', 'response'],
  ['Route', 'ModelSelectionExpression', 'request'],
];
const TEMPLATES = [
  ['Integration', 'RequestTemplates'],
  ['IntegrationResponse', 'ResponseTemplates'],
] as const;

/** Whether the text contains a parameter without a value, which may be any part of a template's syntax. */
function hasUnknownValue(subject: Subject, text: string): boolean {
  return (
    text.includes('{{resolve:') ||
    subject.template.parameters.keys().some((name) => text.includes(`{${name}}`))
  );
}

function syntaxFault(key: string, text: string): string | undefined {
  try {
    parseMappingTemplate(key, text);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

/** Finds expressions of API Gateway that `Fn::Sub` replaces, anywhere in the template. */
export const checkSubstitutions: Check = (subject, report) => {
  for (const node of subject.nodes()) {
    if (node.kind !== 'call' || node.name !== 'Fn::Sub') continue;
    const [text, own] = node.argument.kind === 'list' ? node.argument.items : [node.argument];
    if (text?.kind !== 'scalar') continue;
    const names = own?.kind === 'dictionary' ? new Set(own.entries.keys()) : new Set<string>();
    reportReplaced(subject, text, names, report);
  }
};

function reportReplaced(
  subject: Subject,
  node: Node & { kind: 'scalar' },
  own: ReadonlySet<string>,
  report: Report,
): void {
  const { document, resources } = subject.template;
  const [start, end] = node.range;
  const source = document.text.slice(start, end);
  let from = 0;
  for (const part of parseSubstitution(String(node.value))) {
    if (part.kind === 'text' || !isGatewayExpression(part.name)) continue;
    if (own.has(part.name) || resources.has(splitAttribute(part.name)[0])) continue;
    const found = source.indexOf(`\${${part.name}`, from);
    // a variable that is written with escapes is not found, nor searched for again from the beginning
    from = found === -1 ? source.length : found + 1;
    const offset = start + Math.max(found, 0);
    report(
      'sub-eats-variable',
      document.placeOf(offset),
      `Fn::Sub replaces \${${part.name}} as a variable of its own`,
      {
        fix: `\${!${part.name}}`,
      },
    );
  }
}
