import { type FeatureOptions, type StructuralOptions } from './backchannel-options.js';

/** Which parts the application has. */
export type Features = Readonly<Record<keyof FeatureOptions, boolean>>;

/** @returns the problems beside them, which name the options */
export function readFeatures({ features = {}, permissions }: StructuralOptions): {
  readonly features: Features;
  readonly problems: readonly string[];
} {
  const given: Readonly<Record<string, unknown>> = { ...features };
  const problems = Object.entries(given).flatMap(([name, value]) => {
    if (!(name in DEFAULTS)) {
      const names = Object.keys(DEFAULTS).join(', ');
      return [`features.${name} is not an option: expected one of ${names}`];
    }
    return value === undefined || typeof value === 'boolean'
      ? []
      : [`features.${name}: expected true or false`];
  });
  const { channels = true, health = true, metrics = true, backendApi = channels } = features;
  if (!channels && backendApi) problems.push('features.backendApi: expected only with features.channels');
  if (!channels && permissions !== undefined)
    problems.push('permissions: expected only with features.channels');
  return { features: { channels, health, metrics, backendApi }, problems };
}

const DEFAULTS: Features = { channels: true, health: true, metrics: true, backendApi: true };
