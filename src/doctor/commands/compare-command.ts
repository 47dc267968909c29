import { createClients, destroyClients } from '../aws/clients.js';
import { ReadFailedError, PermissionMissingError, NothingThereError } from '../aws/read.js';
import { compareApis } from '../compare/compare-apis.js';
import { formatDifferences } from '../compare/format-differences.js';
import { type DoctorContext } from '../doctor-context.js';
import { CannotRunError } from '../doctor-error.js';
import { type ExitCode } from '../exit-code.js';
import { findTarget } from '../find-target.js';
import { type Options } from '../options.js';

/** `--compare API[/STAGE]`: 0 if the APIs are the same, 1 if they differ. */
export async function compareCommand(
  options: Options,
  other: string,
  { write }: DoctorContext,
): Promise<ExitCode> {
  const clients = createClients(options.region);
  try {
    const here = await findTarget(clients, options);
    const [api = '', stage] = other.split('/');
    const { stage: _own, stack: _stack, ...rest } = options;
    const there = await findTarget(clients, { ...rest, api, ...(stage !== undefined && { stage }) });
    const differences = await compareApis(clients, here, there);
    write(
      options.json
        ? `${JSON.stringify({ differences }, undefined, 2)}\n`
        : formatDifferences(here, there, differences),
    );
    return differences.length === 0 ? 0 : 1;
  } catch (error) {
    const isExpected =
      error instanceof PermissionMissingError ||
      error instanceof ReadFailedError ||
      error instanceof NothingThereError;
    if (!isExpected) throw error;
    throw new CannotRunError(`the APIs cannot be compared: ${error.message}`, { cause: error });
  } finally {
    destroyClients(clients);
  }
}
