import { ConfigError } from './config/config.errors.js';

/**
 * Loads a file that imports packages which an application installs only if it needs them.
 *
 * @param needing the option that needs them, as an error names it
 * @param otherwise what else can be done, at the end of the error
 * @throws {ConfigError} a package is not installed
 */
export async function loadWith<T>(needing: string, load: () => Promise<T>, otherwise = ''): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [, missing] = /^Cannot find (?:package|module) '((?:@[^'/]+\/)?[^'/.][^'/]*)/.exec(message) ?? [];
    if (missing === undefined || !['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(code ?? ''))
      throw error;
    throw new ConfigError([`${needing} needs the package ${missing}: npm install ${missing}${otherwise}`], {
      cause: error,
    });
  }
}
