import { expect, it } from 'vitest';
import { Store } from '../../../src/nest/store/store.js';
import { rawPost, startService, type TestService } from '../../support/service-app.js';

async function scrape(
  service: TestService,
): Promise<{ readonly type: string | null; readonly text: string }> {
  const response = await fetch(`${service.url}/metrics`);
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type'), text: await response.text() };
}

/** The value of a series, 0 if it is absent. */
const valueOf = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? 0,
  );

it('counts events for Prometheus', async () => {
  await using service = await startService();
  await service.post('/connect', 'alice=').send();
  await service.send('alice=', { action: 'join', channel: 'news' });
  await service.send('alice=', { action: 'publish', channel: 'news', data: 'hello' });
  await service.post('/message', 'alice=').send('no JSON');
  await service.post('/disconnect', 'alice=').send();
  await fetch(`${service.url}/nowhere`);

  const { type, text } = await scrape(service);

  expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const [series, value] of Object.entries({
    backchannel_connections_opened_total: 1,
    backchannel_connections_closed_total: 1,
    'backchannel_messages_total{action="join",result="ok"}': 1,
    'backchannel_messages_total{action="publish",result="ok"}': 1,
    'backchannel_messages_total{action="unknown",result="not_json"}': 1,
    'backchannel_message_duration_seconds_count{action="publish"}': 1,
    // two replies, the error, and the published message
    'backchannel_callback_tries_total{operation="post",result="delivered"}': 4,
    'backchannel_callback_try_duration_seconds_count{operation="post"}': 4,
    'backchannel_callback_messages_total{result="delivered"}': 4,
    'backchannel_metered_messages_total{direction="in"}': 3,
    'backchannel_metered_messages_total{direction="out"}': 4,
    backchannel_metered_messages_saved_total: 0,
    backchannel_callback_queue_messages: 0,
    backchannel_callback_queue_bytes: 0,
    backchannel_callback_fan_out_concurrency: 64,
    backchannel_fan_out_recipients_sum: 1,
    'backchannel_fan_out_duration_seconds_count{way="here"}': 1,
    'backchannel_store_duration_seconds_count{method="putConnection",result="ok"}': 1,
    'backchannel_http_request_duration_seconds_count{route="/message",status="200"}': 3,
    'backchannel_http_request_duration_seconds_count{route="none",status="404"}': 1,
    backchannel_connections: 0,
    backchannel_channels: 0,
    backchannel_shards_pending: 0,
    backchannel_shards_under_way: 0,
    'backchannel_shards_total{result="finished"}': 0,
    backchannel_draining: 0,
  })) {
    expect(`${series} ${valueOf(text, series)}`).toBe(`${series} ${value}`);
    expect(text).toContain(`\n${series} `);
  }
  expect(text).toContain('\nnodejs_eventloop_lag_seconds ');
});

it('counts messages as API Gateway bills them: one for each started 32 KB, and replies in responses', async () => {
  await using service = await startService({ REPLIES: 'response' });
  await service.post('/connect', 'alice=').send();
  await service.send('alice=', { action: 'join', channel: 'news' });
  await service.send('alice=', { action: 'publish', channel: 'news', data: 'x'.repeat(33 * 1024) });
  const { text } = await scrape(service);
  expect(valueOf(text, 'backchannel_metered_messages_total{direction="in"}')).toBe(1 + 2);
  // two replies, and the published message
  expect(valueOf(text, 'backchannel_metered_messages_total{direction="out"}')).toBe(1 + 1 + 2);
});

it('counts connections rarely, and once for all tasks', async () => {
  await using service = await startService();
  await service.post('/connect', 'alice=').send();
  await service.send('alice=', { action: 'join', channel: 'news' });
  expect((await scrape(service)).text).toContain('\nbackchannel_connections 1\n');
  await service.post('/connect', 'bob=').send();
  await using other = await startService({ DATA_DIR: service.dataDir });
  for (const { text } of [await scrape(service), await scrape(other)]) {
    expect(text).toContain('\nbackchannel_connections 1\n');
    expect(text).toContain('\nbackchannel_channels 1\n');
  }
});

it('serves the other metrics while the store is unreachable', async () => {
  await using service = await startService();
  await service.post('/connect', 'alice=').send();

  await service.app.get(Store).close();
  await service.post('/connect', 'bob=').send();
  const { text } = await scrape(service);
  expect(text).toContain('\nbackchannel_connections Nan\n');
  expect(text).toContain('\nbackchannel_connections_opened_total 1\n');
  expect(text).toContain(
    '\nbackchannel_store_duration_seconds_count{method="putConnection",result="unavailable"} 1\n',
  );
});

it('uses no value that a client chooses as a label', async () => {
  await using service = await startService({ GATEWAY_SECRET: 'a-secret-of-the-gateway' });
  const headers = { GatewaySecret: 'a-secret-of-the-gateway', ConnectionId: 'chosen-connection=' };
  for (const message of [
    { action: 'chosen-action' },
    { action: 'join', channel: 'chosen-channel', id: 'chosen-id' },
    { action: 'publish', channel: 'chosen-channel', data: 'chosen-data' },
    { action: 'join', channel: { chosen: 1 } },
  ]) {
    await rawPost(`${service.url}/message`, headers, JSON.stringify(message));
  }
  await rawPost(`${service.url}/chosen-path?chosen=1`, headers);
  await fetch(`${service.url}/message`, { method: 'PROPFIND' });
  expect((await scrape(service)).text).not.toContain('chosen');
});

it('counts for each application separately', async () => {
  await using one = await startService();
  await using other = await startService();
  await one.post('/connect', 'alice=').send();
  expect((await scrape(one)).text).toContain('\nbackchannel_connections_opened_total 1\n');
  expect((await scrape(other)).text).toContain('\nbackchannel_connections_opened_total 0\n');
});
