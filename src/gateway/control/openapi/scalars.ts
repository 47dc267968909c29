/** Texts in the place of other values: a parameter of a template is always text. */

export const asText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

export const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;

export const asFlag = (value: unknown): unknown =>
  value === 'true' ? true : value === 'false' ? false : value;

/** A version such as 1.0, which JSON writes as 1. */
export const asVersion = (value: unknown): unknown =>
  typeof value === 'number' && Number.isInteger(value) ? `${value}.0` : asText(value);

export const asUpperCase = (value: unknown): unknown =>
  typeof value === 'string' ? value.toUpperCase() : value;

/** The object without the members that are `undefined`. */
export const defined = (object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
