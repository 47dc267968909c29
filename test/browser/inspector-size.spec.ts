import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../dist/gateway/inspector');

it('has an inspector of at most 150 KB, compressed', () => {
  const sizes = globSync('**/*.*', { cwd: FOLDER }).map(
    (file) => gzipSync(readFileSync(join(FOLDER, file))).length,
  );
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150 * 1024);
});
