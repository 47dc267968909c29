import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';

const EXAMPLE = join(import.meta.dirname, '../../examples/nest-app');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What `npm install` gets: the packages of the example but ours, those of Nest in another major version. */
function packages(nest: string): readonly string[] {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(EXAMPLE, 'package.json'), 'utf8'),
  ) as Manifest;
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([name]) => !name.startsWith('backchannel-'))
    .map(([name, version]) => `${name}@${name.startsWith('@nestjs/') ? nest : version}`);
}

describe.each(['12', '11'])('examples/nest-app with Nest %s', (nest) => {
  it('compiles, and passes its tests without a port and behind the gateway with the API of its stack', async () => {
    using consumer = await Consumer.install(
      ['backchannel-nest', 'backchannel-gateway', 'backchannel-cdk'],
      packages(nest),
    );
    const files = ['src', 'test', 'cdk', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts'];
    for (const file of [...files, 'Dockerfile', 'token.js']) {
      cpSync(join(EXAMPLE, file), join(consumer.folder, file), { recursive: true });
    }
    await consumer.run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '--project', '.']);
    await consumer.run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
    const output = await consumer.run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run']);
    expect(output).toMatch(/Tests.*10 passed/);

    const JWT_SECRET = 'a-secret-of-the-tests-with-32-bytes';
    const token = await consumer.run(process.execPath, ['token.js', 'alice'], { JWT_SECRET });
    expect(token.split('.')).toHaveLength(3);
  }, 600_000);
});
