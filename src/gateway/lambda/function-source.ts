import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/**
 * The place of a function: an export of a local ES module, an Invoke endpoint, or, in a test, this process.
 */
export type FunctionSource =
  | ModuleSource
  | { readonly kind: 'endpoint'; readonly url: URL }
  | { readonly kind: 'handler'; readonly handler: LambdaHandler };

/**
 * A Lambda function in this process.
 *
 * @param event for example that of an `AWS_PROXY` integration
 * @returns the result, or a promise of it, which must have a JSON form; `undefined` is `null`
 */
// oxlint-disable-next-line typescript/no-explicit-any -- only the function knows the form of its events
export type LambdaHandler = (event: any, context: LambdaContext) => unknown;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface LambdaContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  /** Milliseconds until the timeout of the integration. */
  readonly getRemainingTimeInMillis: () => number;
}

export interface ModuleSource {
  readonly kind: 'module';
  /** An absolute path. */
  readonly file: string;
  readonly exportName: string;
  /** Of a function whose code is the deployment package of a template. */
  readonly deployed?: DeployedFunction;
}

/** What a template says about a function besides its code. */
export interface DeployedFunction {
  /** The root folder of the deployment package, `/var/task` on AWS: no `package.json` above it has an effect. */
  readonly root: string;
  /** `Environment.Variables` */
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether both mean the same module, endpoint or handler. */
export function isSameSource(a: FunctionSource, b: FunctionSource): boolean {
  switch (a.kind) {
    case 'module':
      return (
        b.kind === 'module' &&
        a.file === b.file &&
        a.exportName === b.exportName &&
        isDeepStrictEqual(a.deployed, b.deployed)
      );
    case 'endpoint':
      return b.kind === 'endpoint' && a.url.href === b.url.href;
    case 'handler':
      return b.kind === 'handler' && a.handler === b.handler;
    default:
      return a satisfies never;
  }
}

/** The value of `--function` is not valid, or its module cannot be used; the message is one line. */
export class FunctionSourceError extends Error {
  override readonly name = 'FunctionSourceError';
}

/**
 * Parses the value of `--function`: `NAME=FILE`, `NAME=FILE#EXPORT` or `NAME=URL`. NAME is the function's name or ARN,
 * with an alias or version to mean only that one (`NAME:prod`).
 *
 * @throws {FunctionSourceError} another form, or the file does not exist
 */
export function parseFunctionFlag(value: string): { readonly name: string; readonly source: FunctionSource } {
  const equals = value.indexOf('=');
  const name = value.slice(0, Math.max(equals, 0));
  const location = value.slice(equals + 1);
  if (!NAME.test(name) || location === '') {
    throw new FunctionSourceError(
      `--function is '${value}': it must be NAME=FILE, NAME=FILE#EXPORT or NAME=URL, where NAME is a function's name or ARN`,
    );
  }
  return { name, source: parseSource(name, location) };
}

/**
 * @param name of the function, for error messages
 * @param location `FILE`, `FILE#EXPORT` or `URL`
 * @throws {FunctionSourceError} not a URL, or the file does not exist
 */
export function parseSource(name: string, location: string): FunctionSource {
  if (/^https?:\/\//i.test(location)) {
    if (!URL.canParse(location))
      throw new FunctionSourceError(`--function ${name}: '${location}' is not a URL`);
    return { kind: 'endpoint', url: new URL(location) };
  }
  const [, path = location, exportName = 'handler'] =
    location.match(/^(.+)#([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u) ?? [];
  const file = resolve(path);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new FunctionSourceError(`--function ${name}: the file ${file} does not exist`);
  if (!stat.isFile()) throw new FunctionSourceError(`--function ${name}: ${file} is not a file`);
  return { kind: 'module', file, exportName };
}

// at most 64 characters, optionally with an alias or version, or in an ARN
const NAME = /^(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,64}(?::[\w$-]{1,128})?$/;
