import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

const DOCUMENTS = globSync(['*.md', 'docs/*.md', 'test/**/*.md'], { cwd: ROOT });

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it.each(DOCUMENTS)('%s links to what is there', (document) => {
  // what stands in code is no link
  const text = read(document).replace(/^(?: {4}|```).*$|`[^`\n]*`(?!\])/gm, '');
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const byReference = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target]) => target!);
  const relative = [...inline, ...byReference].filter((target) => !/^[a-z]+:/.test(target));
  expect(relative.filter((target) => !isThere(document, target))).toEqual([]);
});

it('is only one click from the README to every document beside it and in docs', () => {
  const others = DOCUMENTS.filter(
    (document) => /^(?:docs\/)?[^/]+$/.test(document) && document !== 'README.md',
  );
  expect(others.filter((document) => !read('README.md').includes(`](${document})`))).toEqual([]);
});

it('has a README of one screen', () => {
  expect(statSync(join(ROOT, 'README.md')).size).toBeLessThanOrEqual(9_000);
});

it('has a row for every script in CONTRIBUTING.md', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const partsOfCheck = scripts['check']!.split(/ && |npm run --silent /);
  const isOwn = (name: string) => !/^(?:pre|post)/.test(name) && !partsOfCheck.includes(name);
  const rows = [...read('CONTRIBUTING.md').matchAll(/^\| `npm (?:run )?([\w:-]+)/gm)].map(
    ([, name]) => name!,
  );
  expect(rows.toSorted()).toEqual(
    Object.keys(scripts)
      .filter((name) => isOwn(name))
      .toSorted(),
  );
});

it('has a picture of the first minute that is small, without scripts, and readable in every setting', () => {
  const picture = read('docs/first-minute.svg');
  expect(Buffer.byteLength(picture)).toBeLessThanOrEqual(60_000);
  expect(picture).not.toMatch(/<script|javascript:|\son\w+=|https?:\/\/(?!www\.w3\.org|127\.0\.0\.1)/);
  expect(picture).toContain('@media(prefers-color-scheme:dark)');
  expect(picture).toContain('@media(prefers-reduced-motion:reduce)');
  expect(picture.replaceAll(/<[^>]*>/g, '')).toContain('"data":"hello"');
});

it('names only paths in CONTRIBUTING.md that exist', () => {
  const paths = [...read('CONTRIBUTING.md').matchAll(/`((?:src|test|docs|docker|\.ci)\/[\w./-]+)`/g)].map(
    ([, path]) => path!,
  );
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

function isThere(document: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsIn(read(file)).includes(anchor);
}

/** As GitHub makes them of headings: letters, digits, `_` and `-` are left, spaces become `-`. */
function anchorsIn(markdown: string): string[] {
  const headings = [...markdown.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
