import { requireNode } from '../program/require-node.js';

/** Resets the service's store as a program: checks first, because the other imports may fail without what it checks. */
requireNode('store:reset-after-loss');
await import('./run-reset.js');
