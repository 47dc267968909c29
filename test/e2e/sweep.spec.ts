import { expect, it } from 'vitest';
import { AdminClient } from '../support/admin-client.js';
import { LocalPrograms } from '../support/local-programs.js';

it('finds a client whose $disconnect was lost, and notifies the others that it has left', async () => {
  const settings = { MEMBER_NOTICES: '*', SWEEP_SECONDS: '1' };
  await using programs = await LocalPrograms.start({ settings, constants: { sweepIdleMs: 1000 } });
  using alice = await programs.open();
  const bob = await programs.open();
  for (const client of [alice, bob]) {
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  expect(await alice.next()).toMatchObject({ type: 'member', data: { event: 'joined' } });
  await new AdminClient(programs.gatewayUrl).setFaults({ disconnect: 'drop' });

  bob[Symbol.dispose]();

  expect(await alice.next()).toMatchObject({ type: 'member', channel: 'news', data: { event: 'left' } });
  expect(programs.service.stdout.some((line) => line.includes('"disconnected"'))).toBe(false);
  // the open connection stays
  alice.send({ action: 'presence', channel: 'news' });
  expect(await alice.next()).toMatchObject({ type: 'presence', data: { count: 1 } });
});
