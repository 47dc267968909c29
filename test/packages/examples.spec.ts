import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';

const EXAMPLES = join(import.meta.dirname, '../../examples');

describe('the examples', () => {
  it.each([
    ['vitest', ['vitest@5']],
    ['node-test', []],
  ])('passes its tests: %s', async (name, packages) => {
    using consumer = await Consumer.install(['backchannel-gateway'], packages);
    for (const file of ['chat.js', 'chat.test.js', 'template.yaml']) {
      cpSync(join(EXAMPLES, name, file), join(consumer.folder, file));
    }
    const command = name === 'vitest' ? ['node_modules/.bin/vitest', 'run'] : ['--test'];
    expect(await consumer.run(process.execPath, command)).toMatch(/(Tests.*3 passed|pass 3)/);
  });
});
