import { flag, mapOf, structure, type Values } from './fields.js';

const DECLARATION = { Required: flag() };

/** Parameters that a route or its response declares, by their expression, such as `route.request.header.Origin`. */
export const DECLARATIONS = mapOf(structure(DECLARATION));

/** A parameter that does not say so is not required. */
export const withRequired = (declarations: Readonly<Record<string, Values<typeof DECLARATION>>>) =>
  Object.fromEntries(
    Object.entries(declarations).map(([key, { Required = false }]) => [key, { Required }]),
  ) satisfies Record<string, { Required: boolean }>;
