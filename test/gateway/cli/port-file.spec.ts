import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PortFile } from '../../../src/gateway/cli/port-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'port-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('contains the port from writing to removing, and leaves no other file', async () => {
  const file = join(folder, 'port');
  const portFile = new PortFile(file);
  portFile.write(8123);
  expect(readFileSync(file, 'utf8')).toBe('8123\n');
  expect(await readdir(folder)).toEqual(['port']);
  portFile.remove();
  expect(await readdir(folder)).toEqual([]);
});

it('removes the file that an earlier gateway has left, but not that of a later one', () => {
  const file = join(folder, 'port');
  writeFileSync(file, '1\n');
  const portFile = new PortFile(file);
  portFile.remove();
  expect(existsSync(file)).toBe(false);
  portFile.write(2);
  new PortFile(file).write(3);
  portFile.remove();
  expect(readFileSync(file, 'utf8')).toBe('3\n');
});

it('names the flag when it cannot be written', () => {
  expect(() => new PortFile(join(folder, 'none/port')).write(1)).toThrow(/^--port-file: /);
});
