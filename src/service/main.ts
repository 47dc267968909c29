import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** The service as a program: checks first, because the other imports may fail without what they check. */
requireNode('service');
endWithNpm();
await (await import('./command-line.js')).runCommand(process.argv.slice(2));
