// The service as shipped, on any free port, with all guards, the embedded store, its log and its metrics.
// `service.ts WS_API_ENDPOINT REPLIES`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../../dist');
const [WS_API_ENDPOINT = '', REPLIES = ''] = process.argv.slice(2);
const DATA_DIR = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(DATA_DIR, { recursive: true }));

Object.assign(process.env, {
  PORT: '0',
  HOST: '127.0.0.1',
  WS_API_ENDPOINT,
  REPLIES,
  DATA_DIR,
  GATEWAY_SECRET: 'a-secret-of-the-bench',
  AWS_ACCESS_KEY_ID: 'AKIABENCH',
  AWS_SECRET_ACCESS_KEY: 'bench',
});
const { runService } = (await import(
  join(DIST, 'service/run-service.js')
)) as typeof import('../../../src/service/run-service.js');
await runService();
