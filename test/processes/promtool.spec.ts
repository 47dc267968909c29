import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service-app.js';

const DOCKER = join(import.meta.dirname, '../../docker');

/** Debian's package `prometheus` has it. */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool && process.env['CI_REFUSES_SKIPS'] === '1')
  throw new Error('promtool is not installed, and CI_REFUSES_SKIPS=1 refuses to skip its tests');

interface Board {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

/** A query as Grafana sends it, with its variables replaced. */
function asSent(expr: string, { templating }: Board): string {
  const variables = new Map(templating.list.map(({ name, query }) => [name, query]));
  return expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(\w+)/g, (whole, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`the board has no variable ${whole}`);
    return value;
  });
}

describe.skipIf(!hasPromtool)('promtool', () => {
  const promtool = (args: readonly string[], input?: string) =>
    execFileSync('promtool', args, { encoding: 'utf8', ...(input !== undefined && { input }) });

  it('accepts the configuration of Prometheus in docker compose', () => {
    expect(promtool(['check', 'config', join(DOCKER, 'prometheus.yaml')])).toContain('SUCCESS');
  });

  it('parses every query of the Grafana board', () => {
    const board = JSON.parse(readFileSync(join(DOCKER, 'grafana-board.json'), 'utf8')) as Board;
    const rules = board.panels.flatMap(({ targets = [] }) =>
      targets.map(({ expr }, index) => ({ record: `query:${index}`, expr: asSent(expr, board) })),
    );
    // each in a group of its own, because promtool reports two rules of one name in a group
    const groups = rules.map((rule, index) => ({ name: `panel ${index}`, rules: [rule] }));
    const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
    try {
      const file = join(folder, 'rules.json');
      writeFileSync(file, JSON.stringify({ groups }));
      expect(promtool(['check', 'rules', '--lint=none', file])).toContain(`${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds nothing to correct in our metrics', async () => {
    await using service = await startService();
    await service.post('/connect', 'alice=').send();
    await service.send('alice=', { action: 'join', channel: 'news' });
    const text = await (await fetch(`${service.url}/metrics`)).text();
    // those of the process and of Node.js are prom-client's, which also spells NaN otherwise
    const ours = text.split('\n').filter((line) => /^(?:# \w+ )?backchannel_/.test(line));
    expect(ours.length).toBeGreaterThan(50);
    const exposition = `${ours.join('\n')}\n`.replaceAll(/ Nan$/gm, ' NaN');
    expect(promtool(['check', 'metrics'], exposition)).toBe('');
  });
});
