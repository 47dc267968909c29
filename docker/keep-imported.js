// node docker/keep-imported.js GLOB…  keeps in package.json only the packages that these compiled files import, so that
// `npm prune` removes the others, while the versions of the lock file still apply.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w.-]+)/g;

const imported = new Set(
  process.argv
    .slice(2)
    .flatMap((pattern) => globSync(pattern))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, name]) => name))
    .filter((name) => !isBuiltin(name)),
);

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
for (const kind of ['dependencies', 'devDependencies']) {
  manifest[kind] = Object.fromEntries(Object.entries(manifest[kind]).filter(([name]) => imported.has(name)));
}
writeFileSync('package.json', JSON.stringify(manifest, null, 2));
