import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** `npm start` as a program: the checks that come first, then gateway and service. */
requireNode('start');
endWithNpm();
await import('./run-gateway-and-service.js');
