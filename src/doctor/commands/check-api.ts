import { type AwsClients, createClients, destroyClients } from '../aws/clients.js';
import { type Check, GROUPS } from '../check.js';
import { type DoctorContext } from '../doctor-context.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import { createFacts } from '../facts/facts.js';
import { resolveHost } from '../facts/resolve.js';
import { type Target } from '../facts/target.js';
import { findTarget } from '../find-target.js';
import { measureLive } from '../live/measure-live.js';
import { formatParity } from '../live/parity-report.js';
import { type Options } from '../options.js';
import { jsonReport } from '../report/json-report.js';
import { formatResult, formatSummary, heading } from '../report/text-report.js';
import { type CheckResult, runChecks } from '../run-checks.js';

/** Runs the checks, and with `--live` the measurements; prints each group as soon as it is known. */
export async function checkApi(
  options: Options,
  checks: readonly Check[],
  context: DoctorContext,
): Promise<ExitCode> {
  const clients = createClients(options.region);
  try {
    return await checkWith(clients, options, checks, context);
  } finally {
    destroyClients(clients);
  }
}

async function checkWith(
  clients: AwsClients,
  options: Options,
  checks: readonly Check[],
  { write, resolve = resolveHost }: DoctorContext,
): Promise<ExitCode> {
  const target = await findTarget(clients, options);
  const facts = createFacts(clients, target, resolve);
  const results: CheckResult[] = [];
  const print = (text: string) => {
    if (!options.json) write(text);
  };
  print(`${titleOf(target)}\n`);
  for await (const [group, ofGroup] of runChecks(checks, facts)) {
    results.push(...ofGroup);
    print(`\n${heading(GROUPS[group])}${ofGroup.map(formatResult).join('')}`);
  }
  const live = options.live ? await measureLive(facts, clients, options) : undefined;
  if (live !== undefined) {
    results.push(...live.results);
    print(`\n${heading(GROUPS.live)}${live.results.map(formatResult).join('')}`);
    print(`\n${formatParity(live.parity)}`);
  }
  const exitCode = exitCodeOf(results, options.failsOnWarning);
  print(`\n${formatSummary(results)}`);
  if (options.json) {
    const about = {
      api: target.apiId,
      stage: target.stageName,
      region: target.region,
      accountId: target.caller.accountId,
      date: new Date().toISOString(),
      ...(live && { parity: live.parity }),
    };
    write(jsonReport(about, results, exitCode));
  }
  return exitCode;
}

const titleOf = ({ apiId, stageName, region, caller }: Target) =>
  `API ${apiId}, stage ${stageName}, ${region}, account ${caller.accountId}`;
