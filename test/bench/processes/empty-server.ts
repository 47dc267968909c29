// The floor for a start: an HTTP server that does nothing.
import { createServer } from 'node:http';
import { announce } from './announce.ts';

announce(createServer());
