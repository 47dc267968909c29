#!/usr/bin/env node
import { endWithNpm } from './program/end-with-npm.js';
import { requireNode } from './program/require-node.js';

/** The gateway's program: checks first, then the command line. */
requireNode('gateway');
endWithNpm();
await import('./cli/command-line.js');
