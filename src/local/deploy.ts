import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** `npm run deploy:local` as a program: checks first, because the other imports may fail without what they check. */
requireNode('deploy');
endWithNpm();
await import('./deployment/deploy-command.js');
