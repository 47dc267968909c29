import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { workerData } from 'node:worker_threads';
// types only: Node runs this file compiled or not, and the file names of its imports differ between the two
import type {
  FunctionError,
  FunctionWorkerData,
  FunctionWorkerMessage,
  Invocation,
} from './function-messages.js';

/**
 * The program of the worker thread: it loads the module of one local function and runs its invocations one after the
 * other, like Lambda's Node.js runtime.
 */
await run(workerData as FunctionWorkerData);

type Handler = (event: unknown, context: object, callback: Callback) => unknown;
type Callback = (error?: unknown, result?: unknown) => void;

async function run(data: FunctionWorkerData): Promise<void> {
  const { port } = data;
  const send = (message: FunctionWorkerMessage) => port.postMessage(message);
  process.env.AWS_LAMBDA_FUNCTION_NAME = data.functionName;
  process.env.AWS_LAMBDA_FUNCTION_VERSION = '$LATEST';
  const report = (file: string) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    send({ kind: 'read', file, mtimeMs: stat?.mtimeMs, size: stat?.size });
  };
  reportFiles(report);
  if (data.root !== undefined) endPackageScopes(data.root, report);
  try {
    const handler = await loadHandler(data);
    port.on('message', (invocation: Invocation) => {
      void invoke(handler, invocation, data).then(send);
    });
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'cannotLoad', error: errorOf(error) });
  }
}

/** Reports the files that the function reads, packages excepted: an installation is followed by a restart anyway. */
function reportFiles(report: (file: string) => void): void {
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:') && !url.includes('/node_modules/')) report(fileURLToPath(url));
      return nextLoad(url, context);
    },
  });
}

/**
 * Loads `.js` files of a deployment package that belong to no `package.json` as AWS does. There none is above the package,
 * and here that of the project is: without this, a bundled CommonJS function fails in a project of ES modules. With
 * `registerHooks`, Node.js would still look at that `package.json`.
 *
 * @param root the package's folder
 * @param report is called with each such file
 */
function endPackageScopes(root: string, report: (file: string) => void): void {
  const { extensions } = createRequire(import.meta.url);
  const load = extensions['.js'];
  extensions['.js'] = (module, file) => {
    if (!isOutsideScopes(file, root)) return load(module, file);
    report(file);
    // without a format, so that Node.js finds out by the syntax
    // oxlint-disable-next-line no-underscore-dangle -- the name that Node.js has given it
    return (module as CompilingModule)._compile(readFileSync(file, 'utf8'), file);
  };
}

/** @see https://github.com/nodejs/node/blob/v24.x/lib/internal/modules/cjs/loader.js */
interface CompilingModule extends NodeJS.Module {
  _compile(source: string, file: string): unknown;
}

function isOutsideScopes(file: string, root: string): boolean {
  const isOwn = file.endsWith('.js') && file.startsWith(`${root}${sep}`);
  return (
    isOwn && !file.includes(`${sep}node_modules${sep}`, root.length) && !hasPackageJson(dirname(file), root)
  );
}

/** Whether there is a `package.json` in the folder, or above it up to the root. */
function hasPackageJson(folder: string, root: string): boolean {
  if (existsSync(join(folder, 'package.json'))) return true;
  return folder !== root && hasPackageJson(dirname(folder), root);
}

async function loadHandler({ file, exportName, root }: FunctionWorkerData): Promise<Handler> {
  const isRequired = root !== undefined && isOutsideScopes(file, root);
  const module = (isRequired ? createRequire(file)(file) : await import(pathToFileURL(file).href)) as Record<
    string,
    unknown
  >;
  const handler = module[exportName] ?? (module.default as Record<string, unknown> | undefined)?.[exportName];
  if (typeof handler === 'function') return handler as Handler;
  const error = new Error(
    `${exportName} is ${handler === undefined ? 'not exported' : 'no function'} by ${file}`,
  );
  error.name = 'Runtime.HandlerNotFound';
  throw error;
}

async function invoke(
  handler: Handler,
  invocation: Invocation,
  { functionName }: FunctionWorkerData,
): Promise<FunctionWorkerMessage> {
  const { requestId, invokedFunctionArn, payload, deadline } = invocation;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn,
    memoryLimitInMB: '128',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const result = await new Promise((resolve, reject) => {
      const callback: Callback = (error, value) => {
        // a function may pass any value as its error
        if (error === undefined || error === null) resolve(value);
        else reject(error);
      };
      const returned = handler(JSON.parse(payload) as unknown, context, callback);
      if (isPromise(returned)) returned.then(resolve, reject);
      else if (handler.length < 3) {
        console.warn(
          'the handler is not async and takes no callback: Lambda ignores its return value and responds with null',
        );
        resolve(null);
      }
    });
    return { kind: 'returned', payload: asJson(result) };
  } catch (error) {
    return { kind: 'threw', error: errorOf(error) };
  }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

function asJson(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (cause) {
    const error = new Error('Unable to stringify response body', { cause });
    error.name = 'Runtime.MarshalError';
    throw error;
  }
}

function errorOf(error: unknown): FunctionError {
  try {
    if (error instanceof Error) {
      // the function may have replaced them by values of other types
      const { name, message, stack = '' } = error as { name: unknown; message: unknown; stack?: unknown };
      return { errorType: String(name), errorMessage: String(message), trace: String(stack).split('\n') };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    // an object that cannot be converted to text
    return { errorType: typeof error, errorMessage: 'unknown', trace: [] };
  }
}
