import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** The service as a program: the checks that come first, then the service itself. */
requireNode('service');
endWithNpm();
await import('./run-service.js');
