import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WatchedFiles } from '../../../src/gateway/cli/watch-files.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'watch-'))));
afterEach(async () => rm(folder, { recursive: true }));

/** Starts the watching. @returns the number of changes so far */
function changesOf(files: WatchedFiles): () => number {
  let changes = 0;
  files.start(() => (changes += 1));
  return () => changes;
}

it('finds a change that was made before the watching began', async () => {
  const file = join(folder, 'template.yaml');
  await writeFile(file, 'one');
  using files = new WatchedFiles(() => [file]);
  await writeFile(file, 'two');
  await expect.poll(changesOf(files)).toBe(1);
});

it('finds a file that is created, and one that is removed', async () => {
  const file = join(folder, 'template.yaml');
  using created = new WatchedFiles(() => [file]);
  await writeFile(file, 'one');
  await expect.poll(changesOf(created)).toBe(1);

  using removed = new WatchedFiles(() => [file]);
  await rm(file);
  await expect.poll(changesOf(removed)).toBe(1);
});

it('finds a change of a file that was added', async () => {
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  await writeFile(one, '');
  await writeFile(other, '');
  using files = new WatchedFiles(() => [one]);
  files.set(() => [one, other]);
  await writeFile(other, 'changed');
  await expect.poll(changesOf(files)).toBe(1);
});

it('finds a file that comes to the list later', async () => {
  const list = [join(folder, 'one')];
  await writeFile(join(folder, 'other'), '');
  using files = new WatchedFiles(() => list);
  const changes = changesOf(files);
  list.push(join(folder, 'other'));
  await expect.poll(changes).toBe(1);
});

it('takes a file that is written again with the same content for unchanged', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'content');
  let listings = 0;
  using files = new WatchedFiles(() => {
    listings += 1;
    return [file];
  });
  await writeFile(file, 'content');
  await utimes(file, new Date(), new Date(Date.now() + 1_000));
  const changes = changesOf(files);
  // it has looked at the file by then
  await expect.poll(() => listings).toBeGreaterThan(1);
  expect(changes()).toBe(0);
});
