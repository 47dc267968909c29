import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { importOptional } from '../optional-package.js';
import { UsageError } from '../usage-error.js';

/** What a deployed stack says of itself. */
export interface DeployedStack {
  /** The values with which it was deployed; of those in the Parameter Store, the values there. Without secret ones. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
  /** The outputs that it exports, by the name of the export. */
  readonly exports: ReadonlyMap<string, string>;
}

/**
 * Reads from AWS, with the credentials and endpoints that AWS tools find on this machine. It calls only
 * `cloudformation:DescribeStacks`, `cloudformation:ListExports` and `ssm:GetParameters`, all of which change nothing.
 */
export class AwsReader {
  readonly #stacks = new Map<string, Promise<DeployedStack>>();

  constructor(private readonly region: string) {}

  /** @throws {UsageError} there is no such stack, or AWS refuses */
  async stack(name: string): Promise<DeployedStack> {
    const known = this.#stacks.get(name) ?? this.#describe(name);
    this.#stacks.set(name, known);
    return known;
  }

  /**
   * @param names exports are listed until these were found
   * @throws {UsageError} AWS refuses
   */
  async exports(names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const { paginateListExports } = await cloudFormation();
    const client = await this.#cloudFormation();
    const found = new Map<string, string>();
    return called('cloudformation:ListExports', async () => {
      for await (const { Exports = [] } of paginateListExports({ client }, {})) {
        for (const { Name = '', Value = '' } of Exports) if (names.has(Name)) found.set(Name, Value);
        if (found.size === names.size) break;
      }
      return found;
    });
  }

  /**
   * @param paths names in the Parameter Store, with or without `:VERSION`
   * @returns those that there are, except secure strings, which need to be decrypted
   * @throws {UsageError} AWS refuses
   */
  async storedParameters(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { GetParametersCommand } = await ssm();
    const client = await this.#ssm();
    const found = new Map<string, string>();
    for (let start = 0; start < paths.length; start += MAX_NAMES) {
      const Names = paths.slice(start, start + MAX_NAMES);
      const { Parameters = [] } = await called('ssm:GetParameters', async () =>
        client.send(new GetParametersCommand({ Names })),
      );
      for (const { Name = '', Selector = '', Type, Value } of Parameters) {
        if (Type !== 'SecureString' && Value !== undefined) found.set(Name + Selector, Value);
      }
    }
    return found;
  }

  async #describe(name: string): Promise<DeployedStack> {
    const { DescribeStacksCommand } = await cloudFormation();
    const client = await this.#cloudFormation();
    const { Stacks } = await called(`--from-stack ${name}: cloudformation:DescribeStacks`, async () =>
      client.send(new DescribeStacksCommand({ StackName: name })),
    );
    return deployedStack(Stacks?.[0] ?? {});
  }

  async #cloudFormation(): Promise<CloudFormationClient> {
    const { CloudFormationClient: Client } = await cloudFormation();
    return new Client({ region: this.region });
  }

  async #ssm(): Promise<SSMClient> {
    const { SSMClient: Client } = await ssm();
    return new Client({ region: this.region });
  }
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

const cloudFormation = async () =>
  importOptional(
    '--from-stack',
    '@aws-sdk/client-cloudformation',
    async () => import('@aws-sdk/client-cloudformation'),
  );

const ssm = async () =>
  importOptional('--from-stack', '@aws-sdk/client-ssm', async () => import('@aws-sdk/client-ssm'));

function deployedStack({ Parameters = [], Outputs = [] }: Partial<Stack>): DeployedStack {
  return {
    parameters: new Map(
      Parameters.flatMap(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) =>
        ParameterValue === NO_ECHO ? [] : [[ParameterKey, ResolvedValue ?? ParameterValue]],
      ),
    ),
    outputs: new Map(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
    exports: new Map(
      Outputs.flatMap(({ ExportName, OutputValue = '' }) =>
        ExportName === undefined ? [] : [[ExportName, OutputValue]],
      ),
    ),
  };
}

/** What CloudFormation shows in place of the value of a parameter with `NoEcho`. */
const NO_ECHO = '****';

/** Says which call has failed. */
async function called<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new UsageError(`${what} failed: ${name}: ${message}`, { cause });
  }
}
