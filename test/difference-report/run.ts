// `npm run conformance -- --region REGION` runs test/conformance against Amazon API Gateway, and writes a dated report
// of the differences. docs/conformance.md is its guide.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ApiGatewayV2Client, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { differenceReport, type TestRun } from './difference-report.ts';

const ROOT = join(import.meta.dirname, '../..');

const USAGE = `npm run conformance -- --region REGION [FLAG …] [FILE …]

Runs the conformance suite against Amazon API Gateway, or another gateway, and writes conformance-DATE-TARGET.md.

  --region REGION         AWS in this Region, with the credentials that AWS tools find on this machine
  --url URL               instead: a gateway that runs already, such as ws://127.0.0.1:8080/dev
  --backend-url URL       where the gateway reaches port 9000 of this machine
  --backend-port PORT     another port than 9000
  --function-arn ARN      a Lambda function made of test/conformance/aws/bridge-function.mjs
  --nlb-arn ARN           a network load balancer that leads to the backend
  --subnet-ids ID,ID      subnets for a v2 VPC link
  --out FOLDER            folder of the report; by default the working directory
  FILE …                  only these files of test/conformance, such as 6-one-way.spec.ts

Exit codes: 0 no difference, 1 differences, 2 the suite could not be run.
`;

async function main(): Promise<number> {
  const given = readArguments();
  if (typeof given === 'string') {
    process.stderr.write(`${given}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = given;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  // any name below execute-api names the Region; each case has an API of its own
  const url = values.url ?? `wss://conformance.execute-api.${values.region}.amazonaws.com/dev`;
  const env = {
    CONFORMANCE_URL: url,
    CONFORMANCE_BACKEND_URL: values['backend-url'],
    CONFORMANCE_BACKEND_PORT: values['backend-port'],
    CONFORMANCE_FUNCTION_ARN: values['function-arn'],
    CONFORMANCE_NLB_ARN: values['nlb-arn'],
    CONFORMANCE_SUBNET_IDS: values['subnet-ids'],
  };
  const refusal = await whyRefused(values.region, url);
  if (refusal !== undefined) {
    process.stderr.write(`${url} cannot be used, and nothing was run: ${refusal}\n`);
    return 2;
  }
  const run = runSuite(env, positionals);
  if (run === undefined) {
    process.stderr.write('the suite was not run: the output above says why\n');
    return 2;
  }
  const date = new Date().toISOString().slice(0, 10);
  const target = values.region ?? new URL(url).host;
  const report = differenceReport(run, {
    date,
    target: values.region === undefined ? url : `Amazon API Gateway in ${values.region}`,
    version: versionOfThis(),
    node: process.versions.node,
    equipment: {
      backend: values['backend-url'] !== undefined || values.region === undefined,
      function: values['function-arn'] !== undefined,
      'network load balancer': values['nlb-arn'] !== undefined,
      subnets: values['subnet-ids'] !== undefined,
    },
    secrets: [
      hostOf(values['backend-url']),
      values['function-arn'] ?? '',
      values['nlb-arn'] ?? '',
      ...(values['subnet-ids'] ?? '').split(','),
      ROOT,
    ],
  });
  const file = resolve(values.out ?? '.', `conformance-${date}-${target.replaceAll(/[^\w.-]/g, '-')}.md`);
  writeFileSync(file, report);
  process.stdout.write(`${file}\n`);
  return /^\| \d+ \| 0 \|/m.test(report) ? 0 : 1;
}

/** @returns the problem as text */
function readArguments() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        region: { type: 'string' },
        url: { type: 'string' },
        'backend-url': { type: 'string' },
        'backend-port': { type: 'string' },
        'function-arn': { type: 'string' },
        'nlb-arn': { type: 'string' },
        'subnet-ids': { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { region, url, help } = parsed.values;
    if (help) return parsed;
    if ((region === undefined) === (url === undefined)) return 'give either --region or --url';
    if (region !== undefined && !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
      return `--region is '${region}': it must be a Region, such as eu-central-1`;
    }
    if (url !== undefined && !/^wss?:$/.test(URL.parse(url)?.protocol ?? '')) {
      return `--url is '${url}': it must be the URL of a stage, such as ws://127.0.0.1:8080/dev`;
    }
    return parsed;
  } catch (error) {
    return (error as Error).message;
  }
}

/** One call that changes nothing: without it, missing credentials would look like differences. */
async function whyRefused(region: string | undefined, url: string): Promise<string | undefined> {
  const client = new ApiGatewayV2Client(
    region === undefined
      ? {
          region: 'us-east-1',
          endpoint: new URL(url).origin.replace(/^ws/, 'http'),
          credentials: { accessKeyId: 'AKIDCONFORMANCE', secretAccessKey: 'conformance-secret' },
        }
      : { region },
  );
  try {
    await client.send(new GetApisCommand({}));
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return `GetApis failed: ${name}: ${message}`;
  } finally {
    client.destroy();
  }
}

/** @returns `undefined` when no test was run */
function runSuite(env: NodeJS.ProcessEnv, files: readonly string[]): TestRun | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const output = join(folder, 'run.json');
  try {
    spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config=test/vitest.config.ts',
        '--no-file-parallelism',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${output}`,
        ...(files.length === 0 ? ['test/conformance'] : files.map((file) => `test/conformance/${file}`)),
      ],
      { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } },
    );
    const run = JSON.parse(readFileSync(output, 'utf8')) as TestRun;
    return run.testResults.length === 0 ? undefined : run;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function versionOfThis(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'src/gateway/package.json'), 'utf8')) as {
    readonly version: string;
  };
  try {
    const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' });
    return `${version} (${commit.trim()})`;
  } catch {
    return version;
  }
}

const hostOf = (url: string | undefined) => (url === undefined ? '' : (URL.parse(url)?.hostname ?? ''));

process.exitCode = await main();
