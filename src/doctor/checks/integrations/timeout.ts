import { type Check, findings, skip } from '../../check.js';
import { READ_API } from '../../permissions.js';

/** From this part of the timeout on, a slower day leads to timeouts; our choice, as for the mark of the inspector. */
const NEAR = 0.8;

export const timeout: Check = {
  id: 'near-timeout',
  group: 'integrations',
  title: 'the backend responds well before the timeout',
  severity: 'warning',
  reason:
    'API Gateway ends the call after the timeout of the integration, 29 s at the longest, and the client gets an error although the backend goes on',
  fix: 'respond at once and send the result of longer work by @connections; or raise TimeoutInMillis if it is below 29000',
  section: '20',
  permissions: [...READ_API, 'cloudwatch:GetMetricStatistics'],
  async run({ api, day }) {
    const integrations = await api.usedIntegrations();
    if (integrations.length === 0) return skip('no route leads to an integration');
    const slowestMs = await day('IntegrationLatency', 'Maximum');
    if (slowestMs === undefined) return skip('no event was counted in the last 24 hours');
    const timeoutMs = Math.min(...integrations.map((integration) => integration.timeoutMs));
    const seen = `the slowest response of the last 24 hours took ${Math.round(slowestMs).toLocaleString('en')} ms of ${timeoutMs.toLocaleString('en')} ms`;
    return findings(slowestMs >= timeoutMs * NEAR ? [{ seen }] : [], seen);
  },
};
