import { type Document } from '../document.js';
import { type Place } from '../cloudformation-error.js';

/**
 * The places of resources in what `terraform show -json` prints, by address: of the planned values, or of the state's.
 * The whole file is one line unless a tool has formatted it.
 */
export function resourcePlaces({
  text,
  placeOf,
}: Pick<Document, 'text' | 'placeOf'>): ReadonlyMap<string, Place> {
  const start = text.search(/"(?:planned_values|values)"\s*:/);
  const places = new Map<string, Place>();
  for (const match of text.slice(start).matchAll(/"address"\s*:\s*("(?:[^"\\]|\\.)*")/g)) {
    const address = JSON.parse(match[1] ?? '""') as string;
    if (!places.has(address)) places.set(address, placeOf(start + match.index));
  }
  return places;
}
