import { requireNode } from '../program/require-node.js';

/** `npm run token` as a program: checks first, because the other imports may fail without what it checks. */
requireNode('token');
await import('./token-command.js');
