import { readFileSync, writeFileSync } from 'node:fs';
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

it.each(['1\n', '65535', ''])(
  'replaces the file %j of an earlier gateway, once this one listens',
  (before) => {
    const file = join(folder, 'port');
    writeFileSync(file, before);
    const portFile = new PortFile(file);
    portFile.check();
    portFile.remove();
    expect(readFileSync(file, 'utf8')).toBe(before);
    portFile.write(2);
    expect(readFileSync(file, 'utf8')).toBe('2\n');
  },
);

it('does not remove the file of a later gateway, nor any other that has replaced it', () => {
  const file = join(folder, 'port');
  const portFile = new PortFile(file);
  portFile.write(2);
  new PortFile(file).write(3);
  portFile.remove();
  expect(readFileSync(file, 'utf8')).toBe('3\n');
  writeFileSync(file, 'precious');
  portFile.remove();
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

it.each(['precious\n', 'Resources: {}', '123456789'])('leaves a file with %j alone', async (before) => {
  const file = join(folder, 'port');
  writeFileSync(file, before);
  const portFile = new PortFile(file);
  portFile.remove();
  for (const action of [() => portFile.check(), () => portFile.write(1)]) {
    expect(action).toThrow(/^--port-file: .*port exists and contains no port/);
  }
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(await readdir(folder)).toEqual(['port']);
});

it('refuses an empty name, a folder, and a file without end', () => {
  expect(() => new PortFile('')).toThrow('--port-file is empty');
  expect(() => new PortFile(folder).check()).toThrow('contains no port');
  expect(() => new PortFile('/dev/zero').check()).toThrow('contains no port');
});

it('names the flag when it cannot be written', () => {
  expect(() => new PortFile(join(folder, 'none/port')).write(1)).toThrow(/^--port-file: /);
});
