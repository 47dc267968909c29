import { join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAssembly } from '../../../src/gateway/cloud-assembly/read-assembly.js';
import { selectStacks } from '../../../src/gateway/cloud-assembly/select-stacks.js';
import { API, AssemblyFolder, stackArtifact } from './assembly-folder.js';

let folder: AssemblyFolder;
beforeEach(() => {
  folder = new AssemblyFolder();
  folder.write('Chat.template.json', { Resources: API });
  folder.write('Data.template.json', { Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } });
  folder.write('Other.template.json', { Resources: {} });
  folder.write('assembly-Beta/manifest.json', {
    version: '48.0.0',
    artifacts: {
      BetaChat: stackArtifact('BetaChat.template.json', [], {
        displayName: 'Beta/Chat',
        properties: { templateFile: 'BetaChat.template.json', stackName: 'chat-beta' },
      }),
    },
    missing: [{ key: 'vpc-provider:account=1', provider: 'vpc-provider', props: {} }],
  });
  folder.write('assembly-Beta/BetaChat.template.json', { Resources: API });
  folder.write('manifest.json', {
    version: '48.0.0',
    artifacts: {
      Chat: stackArtifact('Chat.template.json', ['Data', 'Chat.assets']),
      Data: stackArtifact('Data.template.json'),
      Other: stackArtifact('Other.template.json'),
      'Chat.assets': { type: 'cdk:asset-manifest', properties: { file: 'Chat.assets.json' } },
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      'assembly-Beta': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Beta' } },
    },
  });
  folder.write('Chat.assets.json', { version: '48.0.0', files: {}, dockerImages: {} });
});
afterEach(() => folder[Symbol.dispose]());

const namesOf = (stacks: readonly { readonly names: readonly string[] }[]) =>
  stacks.map(({ names }) => names[0]);

describe('a cloud assembly', () => {
  it('has the stacks of the app and of its stages, each after those that it depends on', () => {
    const { stacks } = readAssembly(folder.path);
    expect(namesOf(stacks)).toEqual(['Data', 'Chat', 'Other', 'Beta/Chat']);
    expect(stacks.map(({ template }) => template.fileName)).toContain(
      relative('.', join(folder.path, 'assembly-Beta/BetaChat.template.json')),
    );
  });

  it('says which values of AWS are placeholders, also in a stage', () => {
    expect(readAssembly(folder.path).missing).toEqual(['vpc-provider:account=1']);
  });

  it('has the local folders and templates of what is uploaded to S3', () => {
    folder.write('Chat.assets.json', {
      files: {
        code: {
          source: { path: 'asset.code', packaging: 'zip' },
          destinations: { here: { bucketName: 'b', objectKey: 'prefix/code.zip' } },
        },
        made: {
          source: { executable: ['make'] },
          destinations: { here: { bucketName: 'b', objectKey: 'made.zip' } },
        },
        nested: {
          source: { path: 'Nested.nested.template.json', packaging: 'file' },
          destinations: { here: { bucketName: 'b', objectKey: 'prefix/nested.json' } },
        },
      },
    });
    folder.write('Nested.nested.template.json', { Resources: API });
    const url = { 'Fn::Join': ['', ['https://s3.', { Ref: 'AWS::Region' }, '/b/prefix/nested.json']] };
    folder.write('Chat.template.json', {
      Resources: {
        Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } },
        Elsewhere: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: { TemplateURL: 'https://s3/other.json' },
        },
      },
    });
    const chat = readAssembly(folder.path).stacks.find(({ names }) => names.includes('Chat'));
    expect([...(chat?.template.assets ?? [])]).toEqual([
      ['prefix/code.zip', resolve(folder.path, 'asset.code')],
      ['prefix/nested.json', resolve(folder.path, 'Nested.nested.template.json')],
    ]);
    expect([...(chat?.template.nested ?? [])]).toEqual([
      ['Nested', expect.objectContaining({ text: JSON.stringify({ Resources: API }) })],
    ]);
    // the API is in the nested stack only
    expect(namesOf(selectStacks(readAssembly(folder.path).stacks, ['Chat']).chosen)).toEqual(['Chat']);
  });

  it.each([
    ['manifest.json', '{', /manifest\.json is not JSON/],
    ['manifest.json', '{"version":"1"}', /manifest\.json has no artifacts/],
    ['Chat.template.json', 'Resources: {}', /Chat\.template\.json is not JSON, as the CDK writes it/],
  ])('is refused with the name of the file when %s is %s', (file, content, reason) => {
    folder.write(file, content);
    expect(() => readAssembly(folder.path)).toThrow(reason);
  });
});

describe('the stacks that are served', () => {
  const select = (...patterns: readonly string[]) => selectStacks(readAssembly(folder.path).stacks, patterns);

  it('are all that have an API, with those that they depend on', () => {
    const { chosen, needed } = select();
    expect(namesOf(chosen)).toEqual(['Chat', 'Beta/Chat']);
    expect(namesOf(needed)).toEqual(['Data']);
  });

  it.each(['Beta/Chat', 'Beta/*', 'chat-beta', 'BetaChat'])(
    'are those of --stack %s: a path, a name on AWS or an id',
    (pattern) => {
      expect(namesOf(select(pattern).chosen)).toEqual(['Beta/Chat']);
    },
  );

  it('are refused when none has an API, or none has the name', () => {
    expect(() => select('Data', 'Other')).toThrow(/no stack that --stack names has .* looked at Data, Other/);
    expect(() => select('Chats')).toThrow(
      '--stack Chats matches no stack of the app; it has Data, Chat, Other, Beta/Chat',
    );
  });
});
