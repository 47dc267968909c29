import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../usage-error.js';
import { objectOf, readJson } from './read-json.js';

/** `manifest.json` of a cloud assembly: what the gateway reads of it. */
export interface Manifest {
  readonly artifacts: ReadonlyMap<string, Artifact>;
  /** The keys of values that the app has looked up in AWS, and that `cdk.context.json` lacks. */
  readonly missing: readonly string[];
}

/** A stack, the list of its files for S3, or the assembly of a stage. */
interface Artifact {
  readonly type: string;
  readonly displayName: string | undefined;
  readonly dependencies: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The file of a cloud assembly's folder that lists its content. */
export const MANIFEST = 'manifest.json';

export const isAssembly = (folder: string): boolean => existsSync(join(folder, MANIFEST));

/**
 * @param folder such as `cdk.out`
 * @throws {UsageError} the manifest cannot be read, or is not one
 * @see https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema
 */
export function readManifest(folder: string): Manifest {
  const file = join(folder, MANIFEST);
  const { artifacts, missing } = objectOf(readJson(file));
  if (typeof artifacts !== 'object' || artifacts === null) {
    throw new UsageError(`--app: ${file} has no artifacts: it is not the manifest of a cloud assembly`);
  }
  return {
    artifacts: new Map(Object.entries(artifacts).map(([id, artifact]) => [id, readArtifact(artifact)])),
    missing: (Array.isArray(missing) ? missing : []).map((each) => String(objectOf(each)['key'])),
  };
}

function readArtifact(json: unknown): Artifact {
  const { type, displayName, dependencies, properties } = objectOf(json);
  return {
    type: String(type),
    displayName: typeof displayName === 'string' ? displayName : undefined,
    dependencies: Array.isArray(dependencies) ? dependencies.map(String) : [],
    properties: objectOf(properties),
  };
}
