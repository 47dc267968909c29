import { type AwsClients } from '../aws/clients.js';
import { apiFacts } from '../facts/api-facts.js';
import { type Target } from '../facts/target.js';

/** One setting in which two APIs differ. A value is `undefined` where an API does not have the setting. */
export interface Difference {
  /** Such as `route $connect, integration, timeoutMs`. */
  readonly setting: string;
  readonly here: string | undefined;
  readonly there: string | undefined;
}

/** The settings of two live APIs that differ; ids, which always do, are left out. */
export async function compareApis(
  clients: AwsClients,
  here: Target,
  there: Target,
): Promise<readonly Difference[]> {
  const [ours, theirs] = await Promise.all([settingsOf(clients, here), settingsOf(clients, there)]);
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .toSorted()
    .filter((setting) => ours.get(setting) !== theirs.get(setting))
    .map((setting) => ({
      setting,
      here: shown(ours.get(setting)),
      there: shown(theirs.get(setting)),
    }));
}

/** A literal may be a secret: that it differs is shown, but not the value. */
const shown = (value: string | undefined) =>
  value !== undefined && /^'.*'$/.test(value) ? 'a literal (not shown)' : value;

async function settingsOf(clients: AwsClients, target: Target): Promise<ReadonlyMap<string, string>> {
  const facts = apiFacts(clients, target);
  const [api, stage, routes, integrations] = await Promise.all([
    facts.api(),
    facts.stage(),
    facts.routes(),
    facts.integrations(),
  ]);
  const settings = new Map<string, string>();
  const add = (setting: string, value: string | number | boolean | undefined) => {
    if (value !== undefined) settings.set(setting, String(value));
  };
  add('protocol', api.protocol);
  add('route selection expression', api.selectionExpression);
  add('API key selection expression', api.apiKeySelectionExpression);
  add('IP address type', api.ipAddressType);
  add('default endpoint disabled', api.isDefaultEndpointDisabled);
  add('stage, automatic deployment', stage.isAutoDeployed);
  add('stage, access-log format', stage.accessLogFormat);
  for (const [name, value] of Object.entries(stage.variables)) add(`stage variable ${name}`, value);
  for (const [key, limits] of Object.entries({ default: stage.defaultSettings, ...stage.routeSettings })) {
    for (const [name, value] of Object.entries(limits)) add(`stage, settings of ${key}, ${name}`, value);
  }
  for (const route of routes) {
    const at = `route ${route.key}`;
    add(`${at}, authorization`, route.authorization);
    add(`${at}, API key required`, route.isApiKeyRequired);
    add(`${at}, declared parameters`, route.declaredParameters.toSorted().join(', '));
    add(`${at}, route response selection expression`, route.responseSelectionExpression);
    add(`${at}, route responses`, (await facts.routeResponseKeys(route.id)).toSorted().join(', '));
    const integration = integrations.find(({ id }) => id === route.integrationId);
    if (integration === undefined) continue;
    const { type, method, uri, isPrivate, timeoutMs, parameters, templates } = integration;
    for (const [name, value] of Object.entries({ type, method, uri, isPrivate, timeoutMs })) {
      add(`${at}, integration, ${name}`, value);
    }
    for (const [key, value] of Object.entries(parameters)) add(`${at}, ${key}`, value);
    for (const [key, value] of Object.entries(templates)) add(`${at}, request template ${key}`, value);
  }
  return settings;
}
