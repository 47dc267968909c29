import { endWithNpm } from './program/end-with-npm.js';
import { requireNode } from './program/require-node.js';

/** The gateway as a program: the checks that come first, then the command line. */
requireNode('gateway');
endWithNpm();
await import('./command-line.js');
