import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Plant, PLANTS } from './plant-list.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');

it.each(Object.entries<Plant>(PLANTS))('the bug %s can be planted', async (_, { patches }) => {
  for (const { file, text, instead } of patches) {
    const parts = (await readFile(join(DIST, file), 'utf8')).split(text);
    expect(parts, `${text} in ${file}`).toHaveLength(2);
    expect(instead).not.toBe(text);
  }
});
