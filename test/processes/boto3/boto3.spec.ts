import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { SpawnedProgram } from '../../support/spawned-program.js';

it('boto3 creates, calls, changes and deletes an HTTP API and all of its resources', async () => {
  await using backend = await HttpBackend.start();
  const gateway = await startGateway();
  const script = join(import.meta.dirname, 'http_api.py');
  await using program = SpawnedProgram.command(['/usr/bin/python3', script, gateway.url, backend.url]);
  expect([await program.exit, program.stderr.join('\n')]).toEqual([0, '']);
  await gateway.stop();
});
