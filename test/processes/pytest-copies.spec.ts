import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../src/gateway/index.js';
import { type GatewayEvent } from '../../src/gateway/recorder/gateway-event.js';
import { takeAlong } from '../../src/gateway/take-along/take-along.js';
import { HttpBackend } from '../support/http-backend.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { twoApis } from '../support/two-apis.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** The Python that has pytest and websocket-client. */
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';

/** The fixture of examples/python-backend, for a gateway that runs already. */
const CONFTEST = `
import json
import os
import urllib.request

import pytest


class Gateway:
    url = os.environ["GATEWAY_URL"]

    def websocket_url(self, stage):
        return f"{self.url.replace('http', 'ws', 1)}/{stage}"

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as response:
            return json.load(response)


@pytest.fixture
def gateway():
    request = urllib.request.Request(Gateway.url + "/_gateway/reset", method="POST")
    urllib.request.urlopen(request, timeout=30).close()
    return Gateway()
`;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'pytest-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the pytest tests of the inspector', () => {
  it('pass while the backend does the same, and fail when it does not', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, body: 'reply' });
    await using gateway = await startGateway({ template: twoApis(backend.url) });
    using client = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?name=ann`);
    client.send({ action: 'ask', text: `it's "quoted" \\ 😀\n` });
    await client.nextText();
    await fetch(`${gateway.url('$default')}/books?x=1`, { method: 'POST', body: 'a "b"' });
    backend.answer = () => ({ status: 404 });
    await fetch(`${gateway.url('$default')}/missing`);
    await WebSocketClient.open(gateway.webSocketUrl('dev')).catch(() => undefined);
    const handshake = await gateway.waitFor({ type: 'handshake' });
    await gateway.waitFor((event) => event.type === 'handshake' && event.outcome.status === 404);

    const pytest = async (events: readonly GatewayEvent[]) => {
      const sources = events.flatMap((event) =>
        takeAlong(event, { gatewayUrl: gateway.endpoint, handshake }).flatMap(({ label, text }) =>
          label === 'pytest test' ? [text] : [],
        ),
      );
      writeFileSync(join(folder, 'conftest.py'), CONFTEST);
      sources.forEach((source, index) => writeFileSync(join(folder, `test_${index}.py`), source));
      const files = sources.map((_, index) => join(folder, `test_${index}.py`));
      const program = SpawnedProgram.command([PYTHON, '-m', 'pytest', '-q', ...files], {
        GATEWAY_URL: gateway.endpoint,
      });
      await program.exit;
      return program.stdout.at(-1);
    };
    const events = gateway.events();
    const isAccepted = ({ outcome: { status = 0 } }: GatewayEvent) => status < 300 || status === 101;
    const accepted = events.filter((event) => isAccepted(event) && event.type !== 'close');
    const refused = events.filter((event) => !isAccepted(event) && event.type !== 'close');

    expect(await pytest(refused)).toContain('2 passed');
    backend.answer = () => ({ status: 200, body: 'reply' });
    expect(await pytest(accepted)).toContain('3 passed');
    backend.answer = () => ({ status: 200, body: 'another' });
    expect(await pytest(accepted)).toContain('2 failed, 1 passed');
  });
});
