/** One part of the text of `Fn::Sub`. */
type SubPart =
  | { readonly kind: 'text'; readonly text: string }
  /** `${Name}` or `${Name.Attribute}` */
  | { readonly kind: 'variable'; readonly name: string };

/** Splits the text of `Fn::Sub`. `${!Literal}` becomes the text `${Literal}`, which CloudFormation does not replace. */
export function parseSubstitution(text: string): readonly SubPart[] {
  const parts: SubPart[] = [];
  let end = 0;
  for (let start = text.indexOf('${'); start !== -1; start = text.indexOf('${', end)) {
    const close = text.indexOf('}', start);
    if (close === -1) break;
    const inside = text.slice(start + 2, close);
    parts.push({ kind: 'text', text: text.slice(end, start) });
    if (inside.startsWith('!')) parts.push({ kind: 'text', text: `\${${inside.slice(1)}}` });
    else parts.push({ kind: 'variable', name: inside.trim() });
    end = close + 1;
  }
  parts.push({ kind: 'text', text: text.slice(end) });
  return parts.filter((part) => part.kind === 'variable' || part.text !== '');
}

/** `Name.Attribute.More` → the name, and the text after the first dot. */
export function splitAttribute(text: string): readonly [name: string, attribute: string | undefined] {
  const dot = text.indexOf('.');
  return dot === -1 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
}

/**
 * Whether an unescaped `${…}` looks like an expression that API Gateway evaluates.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export const isGatewayExpression = (variable: string) =>
  /^(request|route|integration|context|stageVariables)[.[]/.test(variable);
