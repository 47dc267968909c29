import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** The service as a program: checks first, because the other imports may fail without what they check. */
requireNode('service');
endWithNpm();
const args = process.argv.slice(2);
if (args.length > 0) (await import('./command-line.js')).runCommand(args);
else await (await import('./run-service.js')).runService();
