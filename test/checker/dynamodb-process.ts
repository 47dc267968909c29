// A DynamoDB as a process of its own: `dynamodb-process.ts` reports its URL to the parent process.
import { once } from 'node:events';
import { type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';

/** It is CommonJS, and has no types. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  readonly createTableMs: number;
}) => Server;

const server = dynalite({ createTableMs: 0 });
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send!({ listening: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
process.on('disconnect', () => process.exit());
