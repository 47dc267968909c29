import { ConfigError } from '../nest/config/config.errors.js';
import { StoreUnavailableError } from '../nest/store/store.errors.js';

/** Why a program of the service cannot do its work: one line for each problem; a stack only for an unexpected error. */
export function explainFailure(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof StoreUnavailableError) return [error.message];
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  switch (code ?? '') {
    case 'EADDRINUSE':
      return [
        `port ${port} of ${address} is in use: stop the program that listens there, or set PORT to another port`,
      ];
    case 'EACCES':
      return [`this user may not listen on port ${port}: set PORT to 1024 or higher`];
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return [`HOST is not an address of this machine (${code}): set HOST to one of its addresses`];
    default:
      return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}
