import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** `npm start` as a program: checks first, because the other imports may fail without what they check. */
requireNode('start');
endWithNpm();
const { runGatewayAndService } = await import('./run-gateway-and-service.js');
await runGatewayAndService();
