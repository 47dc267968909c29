import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, parseCommand, writtenCommand } from './command-words.js';

/**
 * The place of a function: an export of a local ES module, a command, an Invoke endpoint, or, in a test, this process.
 */
export type FunctionSource =
  | ModuleSource
  | { readonly kind: 'command'; readonly command: Command }
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

/** Whether both mean the same module, command, endpoint or handler. */
export function isSameSource(a: FunctionSource, b: FunctionSource): boolean {
  switch (a.kind) {
    case 'module':
      return (
        b.kind === 'module' &&
        a.file === b.file &&
        a.exportName === b.exportName &&
        isDeepStrictEqual(a.deployed, b.deployed)
      );
    case 'command':
      return b.kind === 'command' && writtenCommand(a.command) === writtenCommand(b.command);
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
 * Parses the value of `--function`: `NAME=FILE`, `NAME=FILE#EXPORT`, `NAME=URL` or `NAME=COMMAND`. NAME is the function's
 * name or ARN, with an alias or version to mean only that one (`NAME:prod`).
 *
 * @throws {FunctionSourceError} another form, or the file does not exist
 */
export function parseFunctionFlag(value: string): { readonly name: string; readonly source: FunctionSource } {
  const equals = value.indexOf('=');
  const name = value.slice(0, Math.max(equals, 0));
  const location = value.slice(equals + 1);
  if (!NAME.test(name) || location === '') {
    throw new FunctionSourceError(
      `--function is '${value}': it must be NAME=FILE, NAME=FILE#EXPORT, NAME=URL or NAME=COMMAND, where NAME is a function's name or ARN`,
    );
  }
  return { name, source: parseSource(name, location) };
}

/**
 * @param name of the function, for error messages
 * @param location `FILE`, `FILE#EXPORT`, `URL` or `COMMAND`: a program with arguments, or a file that can be executed
 * @throws {FunctionSourceError} not a URL, the file does not exist, or it is neither JavaScript nor a program
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
  if (stat === undefined) {
    if (/\s/.test(location)) return commandSource(name, location);
    throw new FunctionSourceError(`--function ${name}: the file ${file} does not exist`);
  }
  if (!stat.isFile()) throw new FunctionSourceError(`--function ${name}: ${file} is not a file`);
  const module = { kind: 'module', file, exportName } as const;
  if (JAVASCRIPT.test(extname(file))) return module;
  if ((stat.mode & EXECUTABLE) !== 0) return { kind: 'command', command: { words: [file], variables: {} } };
  if (extname(file) === '') return module;
  throw new FunctionSourceError(
    `--function ${name}: ${file} is not JavaScript, and only JavaScript runs inside of the gateway; give the command that runs it and speaks Lambda's runtime API, such as --function ${name}="${exampleCommand(path)}", or the URL of an Invoke endpoint`,
  );
}

function commandSource(name: string, text: string): FunctionSource {
  const command = parseCommand(text);
  if (command !== undefined) return { kind: 'command', command };
  throw new FunctionSourceError(`--function ${name}: '${text}' is not a command: a quote is not closed`);
}

/** The endings of what Node.js loads as a module, besides none. */
const JAVASCRIPT = /^\.[cm]?[jt]s$/;
const EXECUTABLE = 0o111;

/** With the runtime client of AWS for the language. */
function exampleCommand(path: string): string {
  const module = basename(path).replace(/\.\w+$/, '');
  switch (extname(path)) {
    case '.py':
      return `python3 -m awslambdaric ${module}.handler`;
    case '.go':
      return 'go run .';
    case '.jar':
      return `java -cp ${path} com.amazonaws.services.lambda.runtime.api.client.AWSLambda com.example.Handler::handleRequest`;
    case '.rb':
      return `aws_lambda_ric ${module}.handler`;
    default:
      return `PROGRAM ${path}`;
  }
}

// at most 64 characters, optionally with an alias or version, or in an ARN
const NAME = /^(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,64}(?::[\w$-]{1,128})?$/;
