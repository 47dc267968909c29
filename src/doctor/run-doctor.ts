import { createClients } from './aws/clients.js';
import { type Check, type GroupId, GROUPS } from './check.js';
import { CHECKS } from './checks/checks.js';
import { compareApis } from './compare/compare-apis.js';
import { formatDifferences } from './compare/format-differences.js';
import { type DoctorContext } from './doctor-context.js';
import { CannotRunError, UsageError } from './doctor-error.js';
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.js';
import { createFacts } from './facts/facts.js';
import { resolveHost } from './facts/resolve.js';
import { type Target } from './facts/target.js';
import { findTarget } from './find-target.js';
import { LIVE_PERMISSION, measureLive } from './live/measure-live.js';
import { formatParity } from './live/parity-report.js';
import { flagList, type Options, readOptions } from './options.js';
import { type Permission } from './permissions.js';
import { explainCheck, listChecks } from './report/catalogue.js';
import { jsonReport } from './report/json-report.js';
import { policyFor } from './report/policy.js';
import { formatResult, formatSummary, heading } from './report/text-report.js';
import { type CheckResult, runChecks } from './run-checks.js';
import { checkTemplate } from './template/check-template.js';

/**
 * The command `doctor`.
 *
 * @param args those after the command's name
 * @returns the exit code; see `--help`
 */
export async function runDoctor(args: readonly string[], context: DoctorContext): Promise<ExitCode> {
  try {
    const options = readOptions(args);
    return await run(options, context);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CannotRunError)) throw error;
    context.writeError(error.message.replaceAll(/^/gm, 'doctor: ').concat('\n'));
    return 2;
  }
}

async function run(options: Options, context: DoctorContext): Promise<ExitCode> {
  const { write } = context;
  const checks = selected(options.only);
  if (options.help) write(usage());
  else if (options.explain !== undefined) write(explainCheck(findCheck(options.explain)));
  else if (options.list) write(listChecks(checks));
  else if (options.policy) write(await policy(options, checks));
  else if (options.template !== undefined) return checkTemplate(options.template, options, context);
  else if (options.compare !== undefined) return compare(options, options.compare, context);
  else return checkLive(options, checks, context);
  return 0;
}

/** The checks that `--only` names, by id or group; without it all. */
function selected(only: readonly string[]): readonly Check[] {
  const isGroup = (name: string): name is GroupId => Object.hasOwn(GROUPS, name);
  const unknown = only.filter((name) => !isGroup(name) && !CHECKS.some(({ id }) => id === name));
  if (unknown.length > 0) {
    throw new UsageError(
      `--only is '${unknown.join(',')}': it must be a group (${Object.keys(GROUPS).join(', ')}) or the id of a check, which --list prints`,
    );
  }
  return only.length === 0
    ? CHECKS
    : CHECKS.filter(({ id, group }) => only.includes(id) || only.includes(group));
}

function findCheck(id: string): Check {
  const check = CHECKS.find((each) => each.id === id);
  if (check === undefined) throw new UsageError(`there is no check ${id}: --list prints all`);
  return check;
}

/** Without credentials too: account and Region are then `*`. */
async function policy(options: Options, checks: readonly Check[]): Promise<string> {
  const target =
    options.api === undefined && options.stack === undefined ? undefined : await targetOrNone(options);
  const compared = options.compare?.split('/', 1) ?? [];
  const apiIds = [target?.apiId ?? options.api ?? '*', ...compared];
  const permissions: readonly Permission[] = [
    ...checks.flatMap((check) => check.permissions),
    ...(options.stack === undefined ? [] : (['cloudformation:ListStackResources'] as const)),
    ...(options.live ? [LIVE_PERMISSION] : []),
  ];
  return policyFor(permissions, {
    partition: target?.caller.partition ?? 'aws',
    region: target?.region ?? options.region ?? '*',
    accountId: target?.caller.accountId ?? '*',
    apiIds,
    stageName: target?.stageName ?? options.stage ?? '*',
  });
}

async function targetOrNone(options: Options): Promise<Target | undefined> {
  try {
    return await findTarget(createClients(options.region), options);
  } catch (error) {
    if (error instanceof CannotRunError) return undefined;
    throw error;
  }
}

async function checkLive(
  options: Options,
  checks: readonly Check[],
  { write, resolve = resolveHost }: DoctorContext,
): Promise<ExitCode> {
  const clients = createClients(options.region);
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
  const measurements = options.live ? await measureLive(facts, clients, options) : undefined;
  if (measurements !== undefined) {
    results.push(...measurements.results);
    print(`\n${heading(GROUPS.live)}${measurements.results.map(formatResult).join('')}`);
    print(`\n${formatParity(measurements.parity)}`);
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
      ...(measurements && { parity: measurements.parity }),
    };
    write(jsonReport(about, results, exitCode));
  }
  return exitCode;
}

const titleOf = ({ apiId, stageName, region, caller }: Target) =>
  `API ${apiId}, stage ${stageName}, ${region}, account ${caller.accountId}`;

async function compare(options: Options, other: string, { write }: DoctorContext): Promise<ExitCode> {
  const clients = createClients(options.region);
  const target = await findTarget(clients, options);
  const [api = '', stage] = other.split('/');
  const { stage: _own, stack: _stack, ...rest } = options;
  const otherTarget = await findTarget(clients, { ...rest, api, ...(stage !== undefined && { stage }) });
  const differences = await compareApis(clients, target, otherTarget);
  write(
    options.json
      ? `${JSON.stringify({ differences }, undefined, 2)}\n`
      : formatDifferences(target, otherTarget, differences),
  );
  return differences.length === 0 ? 0 : 1;
}

function usage(): string {
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code}  ${meaning}\n`);
  return `backchannel-gateway doctor --api ID [--stage NAME] [FLAG …]
backchannel-gateway doctor --stack NAME [FLAG …]
backchannel-gateway doctor --template FILE

Checks a live WebSocket API with everything around it, by calls that only read, with this machine's AWS credentials.

${flagList()}
Exit codes:

${codes.join('')}`;
}
