import { type Check, findings } from '../../check.js';

/** Longer than a hand-over or a reconnect may take without anyone noticing; our choice. */
const LONG_SECONDS = 60;

/** Every connection ends after two hours, so that all clients connect again in this time. */
const CONNECTION_SECONDS = 2 * 3_600;

export const newConnections: Check = {
  id: 'new-connections',
  group: 'account',
  title: 'the clients can connect fast enough',
  severity: 'warning',
  reason:
    'an account has a quota of new connections per second in each Region; after a failure all clients connect again, and each one does every two hours anyway',
  fix: 'ask for a higher quota (Service Quotas, Amazon API Gateway, L-9ED1E49A), and let clients reconnect with a random delay',
  section: '18',
  permissions: ['servicequotas:GetServiceQuota'],
  async run(facts) {
    const { clients } = facts.target;
    const perSecond = await facts.newConnectionsQuota();
    const seconds = Math.ceil(clients / perSecond);
    const seen = `${perSecond} new connections per second: ${count(clients)} clients need ${count(seconds)} s to come back`;
    if (clients / CONNECTION_SECONDS > perSecond) {
      return findings(
        [
          {
            severity: 'problem',
            seen: `${seen}, which is longer than a connection lives: they never all come back`,
          },
        ],
        seen,
      );
    }
    return findings(seconds > LONG_SECONDS ? [{ seen }] : [], seen);
  },
};

const count = (number: number) => number.toLocaleString('en');
