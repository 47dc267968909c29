/** One part of an address or a reference: `module`, `chat`, `["a"]`. */
export type Step = { readonly name: string } | { readonly key: string | number };

/**
 * The parts of an address such as `module.chat["a"].aws_lb.main[0].arn`.
 *
 * @returns `undefined` for any other text
 */
export function parseAddress(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let end = 0;
  for (const match of text.matchAll(/\.?([A-Za-z_][\w-]*)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/g)) {
    if (match.index !== end) return undefined;
    end += match[0].length;
    const [, name, key, index] = match;
    if (name !== undefined) steps.push({ name });
    else if (key !== undefined) steps.push({ key: JSON.parse(`"${key}"`) as string });
    else steps.push({ key: Number(index) });
  }
  return end === text.length && steps.length > 0 ? steps : undefined;
}

/** `["a"]`, `[0]`; empty without a key. */
export const writtenKey = (key: string | number | undefined): string =>
  key === undefined ? '' : `[${JSON.stringify(key)}]`;

export const nameOf = (step: Step | undefined): string | undefined =>
  step !== undefined && 'name' in step ? step.name : undefined;

export const keyOf = (step: Step | undefined): string | number | undefined =>
  step !== undefined && 'key' in step ? step.key : undefined;

/** `module.chat["a"].aws_lb.main[0]` → `module.chat.aws_lb.main` */
export const withoutKeys = (address: string): string =>
  address.replaceAll(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, '');
