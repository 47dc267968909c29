import { type Part } from '../build-node.js';

/**
 * A text of Terraform's language: `http://${aws_lb.main.dns_name}/x`.
 *
 * @param valueOf the value of a reference, `undefined` if it has none
 * @returns `undefined` if one of its references has no value
 */
export function readTemplateText(
  text: string,
  valueOf: (reference: string) => Part | undefined,
): Part | undefined {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{\s*([^{}]+?)\s*\}/g)) {
    // $${ is Terraform's escape, and API Gateway has variables of its own
    if (text[match.index - 1] === '$' || /^(stageVariables|context|request)\b/.test(match[1] ?? '')) continue;
    const value = valueOf(match[1] ?? '');
    if (value === undefined) return undefined;
    parts.push(text.slice(end, match.index), value);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  const written = parts.filter((part) => part !== '');
  const [only = ''] = written;
  return written.length < 2 ? only : { 'Fn::Join': ['', written] };
}
