import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startService } from '../../support/service-app.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Panel {
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(read('docker/grafana-board.json')) as { readonly panels: readonly Panel[] };
const METRIC = /\b(?:backchannel|process|nodejs)_\w+/g;

/** Names of all series of `/metrics`, after one event for each of them. */
async function seriesNames(): Promise<ReadonlySet<string>> {
  await using service = await startService();
  await service.post('/connect', 'alice=').send();
  await service.send('alice=', { action: 'join', channel: 'news' });
  await service.send('alice=', { action: 'publish', channel: 'news', data: 1 });
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const series = [...text.matchAll(/^(\w+)[ {]/gm)].map(([, name]) => name!);
  // a metric with labels has no series before its first event, but has a HELP line
  const declared = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!);
  return new Set([...series, ...declared]);
}

describe('the Grafana board', () => {
  it('queries only metrics that the service has', async () => {
    const names = await seriesNames();
    const asked = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => expr.match(METRIC) ?? []),
    );
    expect(asked.length).toBeGreaterThan(30);
    const isTold = (name: string) => names.has(name) || names.has(name.replace(/_(?:bucket|sum|count)$/, ''));
    expect(asked.filter((name) => !isTold(name))).toEqual([]);
  });

  it('shows each of our metrics, and only from the data source that compose provides', async () => {
    const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join(' ');
    const ours = [...(await seriesNames())].filter((name) => name.startsWith('backchannel_'));
    const families = new Set(ours.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
    expect([...families].filter((name) => !asked.includes(name))).toEqual([]);
    const uids = panels.flatMap(({ datasource }) => datasource?.uid ?? []);
    expect(new Set(uids)).toEqual(new Set(['prometheus']));
    expect(read('docker/grafana-datasource.yaml')).toContain('uid: prometheus');
  });
});

it('has each of our metrics in the table of docs/operating.md', async () => {
  const table = [...read('docs/operating.md').matchAll(/^\| `(backchannel_\w+)` \|/gm)].map(
    ([, name]) => name!,
  );
  const families = new Set(
    [...(await seriesNames())]
      .filter((name) => name.startsWith('backchannel_'))
      .map((name) => name.replace(/_(?:bucket|sum|count)$/, '')),
  );
  expect(table.toSorted()).toEqual([...families].toSorted());
});
