import { UsageError } from './usage-error.js';

/**
 * Imports a package that only one option of the gateway needs, and that an installation may lack.
 *
 * @param load imports it, by a literal name
 * @throws {UsageError} it is not installed
 */
export async function importOptional<T>(option: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // the package may be there, and one that it needs be missing
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw error;
    throw new UsageError(`${option} needs a package that is not installed: npm install ${name}`, {
      cause: error,
    });
  }
}
