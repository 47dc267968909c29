import '../linear-patterns.js';
import { TEMPLATE_LIMITS } from '../silent/vtl-choices.js';
import { takeSteps, takeStepsForEachCharacter, takeStepsForPattern } from './work.js';

/**
 * A Java regular expression as JavaScript's: the common syntax, flags at the beginning (`(?i)`), quotation (`\Q…\E`),
 * and POSIX and Unicode classes (`\p{Alpha}`, `\p{L}`).
 *
 * @throws {SyntaxError} syntax that only Java has, such as `a++`
 */
export function javaPattern(source: string, flags = '', isWhole = false): RegExp {
  takeStepsForEachCharacter(source);
  const own = /^\(\?([ims]+)\)/.exec(source)?.[1] ?? '';
  const pattern = source
    .replace(/^\(\?[ims]+\)/, '')
    .replaceAll(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, text: string) => text.replaceAll(/\W/g, String.raw`\$&`))
    .replaceAll(
      /\\p\{(Alpha|Digit|Alnum|Upper|Lower|Punct|Space)\}/g,
      (_, name: string) => CLASSES[name] ?? '',
    );
  // Unicode classes need the flag; elsewhere it would forbid escapes that Java allows
  const unicode = /\\p\{/i.test(pattern) ? 'u' : '';
  return new RegExp(isWhole ? `^(?:${pattern})$` : pattern, flags + own + unicode);
}

/** In a replacement of Java's `$1` is a group, and a backslash makes the next character literal. */
export function javaReplacement(source: string): (match: string, ...rest: unknown[]) => string {
  return (...match) => {
    takeSteps(source.length);
    return source.replaceAll(
      /\\([\s\S])|\$(\d)/g,
      (_, literal: string | undefined, group: string | undefined) => {
        if (literal !== undefined) return literal;
        const value = match[Number(group)];
        return typeof value === 'string' ? value : '';
      },
    );
  };
}

/** Java's `split`: no groups in the result, and without a limit no empty strings at the end. */
export function splitByPattern(text: string, source: string, limit: number): readonly string[] {
  takeStepsForPattern(text, source);
  const parts: string[] = [];
  let from = 0;
  for (const { 0: separator, index } of text.matchAll(javaPattern(source, 'g'))) {
    if (limit > 0 && parts.length === limit - 1) break;
    const isEmptyAtEdge = separator === '' && (index === 0 || index === text.length);
    if (isEmptyAtEdge) continue;
    parts.push(text.slice(from, index));
    if (parts.length > TEMPLATE_LIMITS.items) throw new Error(`more than ${TEMPLATE_LIMITS.items} parts`);
    from = index + separator.length;
  }
  parts.push(text.slice(from));
  if (limit === 0) while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
}

const CLASSES: Readonly<Record<string, string>> = {
  Alpha: '[A-Za-z]',
  Digit: '[0-9]',
  Alnum: '[A-Za-z0-9]',
  Upper: '[A-Z]',
  Lower: '[a-z]',
  Punct: '[!-/:-@[-`{-~]',
  Space: '\\s',
};
