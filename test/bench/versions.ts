import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const PACKAGES = ['@nestjs/core', 'fastify', 'undici', 'ws', 'socket.io', '@redis/client'];
const PROGRAMS = {
  Redis: ['redis-server', '--version'],
  HAProxy: ['/usr/sbin/haproxy', '-v'],
} as const;

/** One line with the versions of what was measured, and of the tools. */
export function versions(): string {
  const require = createRequire(import.meta.url);
  const packages = PACKAGES.map((name) => `${name} ${packageVersion(require, name)}`);
  const programs = Object.entries(PROGRAMS).map(([name, [file, flag]]) => {
    const { stdout } = spawnSync(file, [flag], { encoding: 'utf8' });
    return `${name} ${/\d+\.\d+\.\d+/.exec(stdout ?? '')?.[0] ?? 'not installed'}`;
  });
  const sdk = packageVersion(require, '@aws-sdk/client-apigatewaymanagementapi');
  return [
    `Node.js ${process.versions.node}`,
    `SQLite ${process.versions.sqlite}`,
    `AWS SDK ${sdk}`,
    ...packages,
    ...programs,
  ].join(', ');
}

/** Reads the file directly, because not every package exports its package.json. */
function packageVersion(require: NodeJS.Require, name: string): string {
  const folder = require.resolve
    .paths(name)!
    .find((each) => exists(require, `${each}/${name}/package.json`))!;
  return (require(`${folder}/${name}/package.json`) as { version: string }).version;
}

function exists(require: NodeJS.Require, file: string): boolean {
  try {
    require.resolve(file);
    return true;
  } catch {
    return false;
  }
}
