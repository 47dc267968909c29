/**
 * Whether a text matches a pattern with IAM's wildcards: `*`, any characters, and `?`, any one.
 *
 * The time grows with the lengths of both, not with the number of wildcards: only the last `*` is tried again.
 */
export function matchesWildcards(pattern: string, text: string): boolean {
  let [inPattern, inText, star, afterStar] = [0, 0, -1, 0];
  while (inText < text.length) {
    if (pattern[inPattern] === '*') {
      [star, afterStar] = [inPattern, inText];
      inPattern += 1;
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === text[inText]) {
      inPattern += 1;
      inText += 1;
    } else if (star >= 0) {
      afterStar += 1;
      [inPattern, inText] = [star + 1, afterStar];
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}
