import { expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { ConnectionsService } from '../../../src/nest/connections/connections.service.js';
import { Sweep } from '../../../src/nest/connections/sweep.js';
import { RequestLog } from '../../../src/nest/logging/request-log.js';
import { Metrics } from '../../../src/nest/metrics/metrics.js';
import { Config } from '../../../src/nest/config/config.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { ReservationStore } from '../../../src/nest/store/reservation-store.js';
import { StoreClock } from '../../../src/nest/store/store-clock.js';
import { StoreFullError } from '../../../src/nest/store/store.errors.js';
import { Store } from '../../../src/nest/store/store.js';
import { LogLines } from '../../support/log-lines.js';
import { connect, startService, type TestService } from '../../support/service-app.js';

const HOUR_MS = 3_600_000;

/** @param sweepIdleMs if negative, every connection is idle */
function sweepOf(service: TestService, { sweepIdleMs = -1_000, sweepMs = HOUR_MS } = {}): Sweep {
  const { app } = service;
  const config = app.get(Config);
  return new Sweep(
    app.get(ConnectionStore),
    app.get(ReservationStore),
    app.get(StoreClock),
    app.get(ConnectionsService),
    app.get(Metrics),
    Object.create(config, { operation: { value: { ...config.operation, sweepMs, sweepIdleMs } } }) as Config,
    new RequestLog(new LogLines().log),
  );
}

const isKnown = async (service: TestService, connectionId: string) =>
  (await service.app.get(ConnectionStore).getConnection(connectionId as ConnectionId)) !== undefined;

it('forgets the connections that are gone, which leave their channels, and keeps those that are open', async () => {
  await using service = await startService({ MEMBER_NOTICES: 'news' });
  await connect(service, 'alice=', 'bob=');
  await service.send('alice=', { action: 'join', channel: 'news' });
  await service.send('bob=', { action: 'join', channel: 'news' });
  service.endpoint.inspection = (connectionId) => (connectionId === 'alice=' ? 'accepted' : 'gone');

  expect(await sweepOf(service).sweep()).toEqual({ result: 'finished', open: 1, gone: 1, failed: 0 });

  expect([await isKnown(service, 'alice='), await isKnown(service, 'bob=')]).toEqual([true, false]);
  await expect
    .poll(() => service.endpoint.messagesTo('alice='))
    .toContainEqual({
      type: 'member',
      channel: 'news',
      data: { event: 'left', connectionId: 'bob=' },
    });
  const metrics = await service.app.get(Metrics).text();
  expect(metrics).toContain('backchannel_swept_connections_total{result="gone"} 1');
  expect(metrics).toContain('backchannel_sweeps_total{result="finished"} 1');
  expect(metrics).toContain('backchannel_connections_closed_total 1');
});

it('does not check recently active connections', async () => {
  await using service = await startService();
  await connect(service, 'alice=');
  expect(await sweepOf(service, { sweepIdleMs: 60_000 }).sweep()).toMatchObject({ open: 0 });
  expect(service.endpoint.inspected).toEqual([]);
});

it('makes room in a full store, in which it cannot reserve its turn', async () => {
  await using service = await startService();
  await connect(service, 'alice=');
  const { reservations } = service.app.get(Store);
  vi.spyOn(reservations, 'reserve').mockRejectedValue(new StoreFullError('full'));
  service.endpoint.inspection = () => 'gone';
  expect(await sweepOf(service).sweep()).toMatchObject({ result: 'finished', gone: 1 });
  expect(await isKnown(service, 'alice=')).toBe(false);
});

it('touches an open connection that it has checked', async () => {
  await using service = await startService();
  await connect(service, 'alice=');
  const store = service.app.get(Store);
  const before = (await store.connections.getConnection('alice=' as ConnectionId))!.lastActiveAt;
  expect(await sweepOf(service).sweep()).toMatchObject({ open: 1 });
  expect((await store.connections.getConnection('alice=' as ConnectionId))!.lastActiveAt).toBeGreaterThan(
    before,
  );
});

it('runs in one task at a time', async () => {
  await using service = await startService();
  await connect(service, 'alice=');
  const reports = await Promise.all([sweepOf(service).sweep(), sweepOf(service).sweep()]);
  expect(reports.filter((report) => report !== undefined)).toHaveLength(1);
  expect(service.endpoint.inspected).toEqual(['alice=']);
});

it('ends at the first 429, and forgets no connection because of it', async () => {
  await using service = await startService();
  const ids = Array.from({ length: 20 }, (_, n) => `c${n}=`);
  await connect(service, ...ids);
  service.endpoint.inspection = () => 'limit exceeded';
  expect(await sweepOf(service).sweep()).toEqual({ result: 'throttled', open: 0, gone: 0, failed: 0 });
  // the concurrent checks, once each
  expect(service.endpoint.inspected).toHaveLength(5);
  expect(await isKnown(service, 'c0=')).toBe(true);
});

it('keeps connections whose check failed', async () => {
  await using service = await startService();
  await connect(service, 'alice=');
  service.endpoint.inspection = () => 'unavailable';
  expect(await sweepOf(service).sweep()).toMatchObject({ result: 'finished', failed: 1, gone: 0 });
  expect(await isKnown(service, 'alice=')).toBe(true);
});

it('leaves connections for which it has no time to the next sweep', async () => {
  await using service = await startService();
  await connect(service, ...Array.from({ length: 12 }, (_, n) => `c${n}=`));
  expect(await sweepOf(service, { sweepMs: 50 }).sweep()).toMatchObject({ result: 'cut', open: 5 });
});

it('survives an unreachable store', async () => {
  await using service = await startService();
  await service.app.get(Store).close();
  expect(await sweepOf(service).sweep()).toMatchObject({ result: 'failed' });
});

it('repeats, and ends with the service', async () => {
  const service = await startService({ SWEEP_SECONDS: '1' }, undefined, { sweepIdleMs: 1000 });
  await connect(service, 'alice=');
  await expect.poll(() => service.endpoint.inspected, { timeout: 30_000 }).toContain('alice=');
  await service[Symbol.asyncDispose]();
});
