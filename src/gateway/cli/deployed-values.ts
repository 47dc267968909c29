import { type Logger } from 'pino';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { AwsReader } from '../deployed-stack/aws-reader.js';
import { StackValues } from '../deployed-stack/stack-values.js';
import { LOCAL_ACCOUNT } from './local-account.js';
import { type Options } from './options.js';

/** Completes the parameters with values of `--from-stack`, at the start and at each reload. */
export class DeployedValues {
  readonly #values: StackValues;

  constructor(
    private readonly options: Pick<Options, 'fromStacks' | 'region'>,
    private readonly log: Logger,
  ) {
    this.#values = new StackValues(options.fromStacks, new AwsReader(options.region));
  }

  /**
   * @returns the parameters that are given, and those that the templates also need
   * @throws {UsageError} AWS cannot be reached, refuses, or has no such stack
   */
  async completed(
    parameters: ReadonlyMap<string, string>,
    templates: readonly TemplateFile[],
  ): Promise<ReadonlyMap<string, string>> {
    const { fromStacks, region } = this.options;
    if (fromStacks.length === 0) return parameters;
    const found = await this.#values.valuesFor(templates, { region, accountId: LOCAL_ACCOUNT, parameters });
    // without the values, which may be secret
    this.log.info({ stacks: fromStacks, names: [...found.keys()] }, 'values of AWS read');
    return new Map([...found, ...parameters]);
  }
}
