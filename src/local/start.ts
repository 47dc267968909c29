import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** `npm start` as a program: checks first, because the other imports may fail without what they check. */
requireNode('start');
const [unexpected] = process.argv.slice(2);
if (unexpected !== undefined) {
  const advice =
    'npm start takes no arguments; the settings of the gateway and the service are environment variables';
  process.stderr.write(`start: unexpected argument ${unexpected}: ${advice}, which docs/settings.md lists\n`);
  process.exit(1);
}
endWithNpm();
const { runGatewayAndService } = await import('./run-gateway-and-service.js');
await runGatewayAndService();
