import { endWithNpm } from '../program/end-with-npm.js';
import { requireNode } from '../program/require-node.js';

/** `npm run deploy:local` as a program: the checks that come first, then the deployment to a gateway. */
requireNode('deploy');
endWithNpm();
await import('./deployment/deploy-command.js');
