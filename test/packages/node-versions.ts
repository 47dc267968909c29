import { Consumer } from './consumer.js';
import { join } from 'node:path';

/** The Node.js versions on which the published packages are tested: the oldest, that of the repository, and the newest. */
export const NODE_VERSIONS = ['22.19.0', process.versions.node, '26'] as const;

/** @returns the executable, from the npm package `node` */
export async function installNode(version: string): Promise<{ readonly path: string } & Disposable> {
  if (version === process.versions.node) return { path: process.execPath, [Symbol.dispose]: () => undefined };
  const consumer = await Consumer.install([], [`node@${version}`]);
  return {
    path: join(consumer.folder, 'node_modules/node/bin/node'),
    [Symbol.dispose]: () => consumer[Symbol.dispose](),
  };
}
