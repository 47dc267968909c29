import { expect, it } from 'vitest';
import { createLog } from '../../../src/gateway/cli/create-log.js';
import { rawHandshake, responseOf } from '../../support/raw-handshake.js';
import { startGateway } from '../../support/deployed-gateway.js';

it('shows control characters of a request as text', async () => {
  const lines: string[] = [];
  const log = createLog('info', 'json', { write: (line) => lines.push(line) });
  const gateway = await startGateway({ log });
  const socket = rawHandshake(gateway.url, { headers: { Host: Buffer.from([0xc2, 0x9b]).toString() } });
  await responseOf(socket);
  await gateway.stop();
  const line = lines.find((each) => each.includes('handshake refused')) ?? '';
  expect(JSON.parse(line)).toMatchObject({ host: 'Â\\u009b' });
  expect(line).not.toMatch(/[\u007F-\u009F]/);
});

it('leaves every other character unmodified', () => {
  const lines: string[] = [];
  const text = 'Grüße, "quotes", \\ and 😀';
  createLog('info', 'json', { write: (line) => lines.push(line) }).info(text);
  expect(JSON.parse(lines.join(''))).toMatchObject({ level: 'info', msg: text });
});
