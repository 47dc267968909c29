import { describe, expect, it } from 'vitest';
import { healthCommand } from '../../../src/gateway/cli/health-command.js';
import { startGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';

async function run(args: readonly string[], env = {}) {
  let output = '';
  return { code: await healthCommand.run(args, { env, write: (text) => (output += text) }), output };
}

describe('health', () => {
  it('has exit code 0 for a gateway, by URL or by GATEWAY_PORT', async () => {
    const gateway = await startGateway();
    const { url } = gateway;
    expect(await run([url])).toEqual({
      code: 0,
      output: `${url}/_gateway/health: 200 ok\n`,
    });
    expect(await run([], { GATEWAY_PORT: new URL(url).port })).toMatchObject({ code: 0 });
    await gateway.stop();
    expect(await run([url])).toMatchObject({ code: 1 });
  });

  it('has exit code 1 for another program', async () => {
    await using backend = await HttpBackend.start();
    expect(await run([backend.url])).toMatchObject({ code: 1 });
    backend.answer = () => ({ status: 503, body: '{"status":"starting"}' });
    expect(await run([backend.url])).toMatchObject({ code: 1 });
  });

  it.each([[['8080']], [['ftp://gateway']], [['http://a', 'http://b']]])('refuses %j', async (args) => {
    await expect(run(args)).rejects.toThrow(/URL/);
  });
});
