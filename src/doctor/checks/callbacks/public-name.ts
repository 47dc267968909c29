import { type Check, findings, skip } from '../../check.js';
import { isPrivateAddress } from '../../facts/resolve.js';
import { READ_API } from '../../permissions.js';

export const publicName: Check = {
  id: 'public-name',
  group: 'callbacks',
  title: 'the name of the API resolves to public addresses here',
  severity: 'problem',
  reason: 'a name that resolves to a private address leads to a VPC endpoint, which serves private APIs only',
  fix: 'switch private DNS of the endpoint for execute-api off, or correct the private hosted zone or resolver that knows this name',
  section: 'privateDns',
  permissions: READ_API,
  async run({ api, resolve }) {
    const { hostname } = new URL((await api.api()).endpoint);
    const addresses = await resolve(hostname);
    if (addresses === undefined) return skip(`this machine does not resolve ${hostname}`);
    const seen = `${hostname} is ${addresses.join(', ')}`;
    return findings(addresses.some(isPrivateAddress) ? [{ seen }] : [], seen);
  },
};
