import { PROPERTIES } from './properties.js';
import { type Check } from './subject.js';

/** Names of properties, on the resources of API Gateway that WebSocket APIs use. */
export const checkProperties: Check = (subject, report) => {
  for (const { type, logicalId, properties, at } of subject.resources()) {
    const known = Object.hasOwn(PROPERTIES, type) ? PROPERTIES[type] : undefined;
    if (known === undefined) continue;
    const names = [...known.required, ...known.optional];
    for (const [name, entry] of properties) {
      if (names.includes(name) || name.startsWith('Fn::')) continue;
      const meant = names.find((other) => isMisspelt(name, other));
      // one that resembles none may be newer than the list
      const more = meant === undefined ? { severity: 'warning' as const } : { fix: `did you mean ${meant}?` };
      report('unknown-property', entry.at, `${logicalId} (${type}) has no property '${name}'`, more);
    }
    for (const name of known.required) {
      if (properties.has(name)) continue;
      report('missing-property', at, `${logicalId} (${type}) lacks ${name}`, { fix: `add ${name}` });
    }
  }
};

/** Another case, or at most two letters off. */
const isMisspelt = (name: string, meant: string) =>
  name.toLowerCase() === meant.toLowerCase() ||
  (Math.abs(name.length - meant.length) <= 2 && editDistance(name, meant) <= 2);

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
