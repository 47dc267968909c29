import { type AwsClients } from '../aws/clients.js';
import { simulate } from '../aws/identity.js';
import { readAlarms, readChanges, readDay } from '../aws/monitoring.js';
import { readNewConnectionsQuota } from '../aws/quotas.js';
import { type ApiFacts, apiFacts } from './api-facts.js';
import { type BackendFacts, backendFacts } from './backend-facts.js';
import { memoised } from './memoised.js';
import { type Resolve } from './resolve.js';
import { type Target } from './target.js';

/** Everything that checks read: each fact at most once in a run, and only if a check needs it. */
export interface Facts {
  readonly target: Target;
  readonly api: ApiFacts;
  readonly backend: BackendFacts;
  readonly newConnectionsQuota: () => ReturnType<typeof readNewConnectionsQuota>;
  readonly alarms: () => ReturnType<typeof readAlarms>;
  readonly day: (metric: string, statistic: 'Sum' | 'Maximum') => ReturnType<typeof readDay>;
  readonly changesSince: (date: Date) => ReturnType<typeof readChanges>;
  readonly simulate: (
    roleArn: string,
    action: string,
    resources: readonly string[],
  ) => ReturnType<typeof simulate>;
  readonly resolve: Resolve;
}

export function createFacts(clients: AwsClients, target: Target, resolve: Resolve): Facts {
  const api = apiFacts(clients, target);
  return {
    target,
    api,
    backend: backendFacts(clients, target, api),
    newConnectionsQuota: memoised(() => readNewConnectionsQuota(clients)),
    alarms: memoised(() => readAlarms(clients)),
    day: (metric, statistic) => readDay(clients, target, metric, statistic),
    changesSince: (date) => readChanges(clients, target.apiId, date),
    simulate: (roleArn, action, resources) => simulate(clients, roleArn, action, resources),
    resolve,
  };
}
