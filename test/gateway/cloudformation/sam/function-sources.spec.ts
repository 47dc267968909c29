import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { functionSources } from '../../../../src/gateway/cloudformation/sam/function-sources.js';
import { sam, SETTINGS } from './expanded.js';

/** A folder with a template and these files. */
function project(...files: readonly string[]): { folder: string; fileName: string } {
  const folder = mkdtempSync(join(tmpdir(), 'backchannel-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'export const handler = async () => ({});');
  }
  return { folder, fileName: join(folder, 'template.yaml') };
}

/** The sources of one function with these properties; `EVENT` stands for an event by which an API invokes it. */
function sourcesOf(fileName: string, properties: string, globals = '') {
  const event = 'Events: {Get: {Type: HttpApi, Properties: {Path: /a, Method: get}}}';
  const text = sam(
    `${globals}\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {${properties.replace('EVENT', event)}}}\n`,
  );
  const settings = { ...SETTINGS, parameters: new Map<string, string>() };
  return Object.fromEntries(functionSources([{ fileName, text }], settings));
}

const module = (file: string, exportName = 'handler') => ({ kind: 'module', file, exportName });

it('finds the file of a handler below CodeUri, relative to the template', () => {
  const { folder, fileName } = project('src/lib/app.mjs');
  expect(sourcesOf(fileName, 'CodeUri: src/, Handler: lib/app.main, Runtime: nodejs24.x, EVENT')).toEqual({
    F: module(join(folder, 'src/lib/app.mjs'), 'main'),
  });
});

it.each(['.js', '.cjs'])('finds a file that ends in %s', (extension) => {
  const { folder, fileName } = project(`app${extension}`);
  expect(sourcesOf(fileName, 'CodeUri: ., Handler: app.handler, Runtime: nodejs24.x, EVENT')).toEqual({
    F: module(join(folder, `app${extension}`)),
  });
});

it('names the function by its FunctionName, and reads Globals', () => {
  const { folder, fileName } = project('src/app.mjs');
  const globals = 'Globals: {Function: {CodeUri: src, Runtime: nodejs24.x}}';
  expect(sourcesOf(fileName, 'FunctionName: books, Handler: app.handler, EVENT', globals)).toEqual({
    books: module(join(folder, 'src/app.mjs')),
  });
});

it.each([
  ['that no API invokes', 'CodeUri: src, Handler: app.handler, Runtime: nodejs24.x'],
  ['in Python', 'CodeUri: src, Handler: app.handler, Runtime: python3.13, EVENT'],
  ['in S3', "CodeUri: 's3://bucket/key', Handler: app.handler, Runtime: nodejs24.x, EVENT"],
  ['without a file', 'CodeUri: src, Handler: other.handler, Runtime: nodejs24.x, EVENT'],
  ['without a handler', 'CodeUri: src, Runtime: nodejs24.x, EVENT'],
  ['with its code in the template', 'InlineCode: a, Handler: app.handler, Runtime: nodejs24.x, EVENT'],
])('leaves out a function %s', (_, properties) => {
  expect(sourcesOf(project('src/app.mjs').fileName, properties)).toEqual({});
});

it('leaves out the functions of templates without SAM', () => {
  const { fileName } = project('src/app.mjs');
  const text = 'Resources: {F: {Type: AWS::Lambda::Function}}';
  const settings = { ...SETTINGS, parameters: new Map<string, string>() };
  expect(functionSources([{ fileName, text }], settings).size).toBe(0);
});
