import { type Check, findings } from '../../check.js';

/** A message to every client that takes longer is no longer live; our choice. */
const LONG_SECONDS = 60;

export const requests: Check = {
  id: 'requests',
  group: 'account',
  title: 'the throttle of the account allows a message to every client',
  severity: 'warning',
  reason:
    'messages, callbacks and the requests of all other APIs of the account in the Region share one rate; a message to N clients is N callbacks',
  fix: 'ask for a higher rate (Service Quotas, Amazon API Gateway, L-8A5B8E43)',
  section: '27',
  permissions: ['apigateway:GET /account'],
  async run({ api, target }) {
    // AWS's defaults
    const { rateLimit = 10_000, burstLimit = 5_000 } = await api.account();
    const seconds = Math.max(0, target.clients - burstLimit) / rateLimit;
    const shown = seconds < 1 ? 'less than 1 s' : `at least ${Math.ceil(seconds).toLocaleString('en')} s`;
    const seen = `${rateLimit.toLocaleString('en')} requests per second with a burst of ${burstLimit.toLocaleString('en')}: a message to ${target.clients.toLocaleString('en')} clients takes ${shown}`;
    return findings(seconds > LONG_SECONDS ? [{ seen }] : [], seen);
  },
};
