import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/*.spec.ts'],
    env: {
      // any address of this machine: in a test, callbacks go to its clients
      WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev',
      GATEWAY_SECRET: 'a-secret-of-the-tests',
      AUTH: 'jwt',
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes',
      STORE: 'embedded',
      DATA_DIR: mkdtempSync(join(tmpdir(), 'auction-')),
      LOG_LEVEL: 'warn',
    },
  },
});
