import { readApi, readStages } from './aws/api-gateway.js';
import { type AwsClients } from './aws/clients.js';
import { type Caller, readCaller } from './aws/identity.js';
import { PermissionMissingError, ReadFailedError } from './aws/read.js';
import { readStack } from './aws/stack.js';
import { CannotRunError, UsageError } from './doctor-error.js';
import { type Target } from './facts/target.js';
import { type Options } from './options.js';

/**
 * Finds the API and the stage that the command line names, in the account of the credentials.
 *
 * @throws {CannotRunError} there are no credentials, or no such API
 */
export async function findTarget(clients: AwsClients, options: Options): Promise<Target> {
  if (options.api === undefined && options.stack === undefined) {
    throw new UsageError('give --api ID or --stack NAME; --help lists the flags');
  }
  const caller = await callerOf(clients);
  const region = await clients.apiGatewayV2.config.region();
  const { apiId, stageName } =
    options.stack === undefined
      ? await fromApi(clients, options.api ?? '', options.stage, region)
      : await fromStack(clients, options, options.stack);
  return {
    apiId,
    stageName,
    region,
    caller,
    clients: options.clients,
    serviceUrl: options.serviceUrl,
    roleArn: options.role,
  };
}

async function callerOf(clients: AwsClients): Promise<Caller> {
  try {
    return await readCaller(clients);
  } catch (error) {
    if (!(error instanceof ReadFailedError)) throw error;
    throw new CannotRunError(`AWS cannot be reached: ${error.message}`, { cause: error });
  }
}

type Named = Pick<Target, 'apiId' | 'stageName'>;

async function fromApi(
  clients: AwsClients,
  api: string,
  stage: string | undefined,
  region: string,
): Promise<Named> {
  try {
    if ((await readApi(clients, api)) === undefined) {
      throw new CannotRunError(
        `there is no API ${api} in ${region}: aws apigatewayv2 get-apis lists them, --region selects another Region`,
      );
    }
    if (stage !== undefined) return { apiId: api, stageName: stage };
    const [only, ...others] = (await readStages(clients, api)).map(({ name }) => name);
    if (only !== undefined && others.length === 0) return { apiId: api, stageName: only };
    const names = [only, ...others].filter((name) => name !== undefined).join(', ');
    throw new UsageError(
      names === ''
        ? `the API ${api} has no stage`
        : `the API ${api} has several stages (${names}): give --stage`,
    );
  } catch (error) {
    // checks that read other things can still run
    if (error instanceof PermissionMissingError && stage !== undefined)
      return { apiId: api, stageName: stage };
    if (error instanceof PermissionMissingError) {
      throw new CannotRunError(`${error.message} on the API ${api}, or --stage NAME`, { cause: error });
    }
    throw error;
  }
}

async function fromStack(clients: AwsClients, { stage }: Options, stack: string): Promise<Named> {
  const resources = await stackOf(clients, stack);
  const idsOf = (type: string) =>
    resources.filter((resource) => resource.type === type).map(({ physicalId }) => physicalId);
  const [apiId, ...otherApis] = idsOf('AWS::ApiGatewayV2::Api');
  if (apiId === undefined)
    throw new CannotRunError(`the stack ${stack} has no AWS::ApiGatewayV2::Api: give --api`);
  if (otherApis.length > 0) {
    throw new UsageError(
      `the stack ${stack} has several APIs (${[apiId, ...otherApis].join(', ')}): give --api`,
    );
  }
  const [stageName = stage, ...otherStages] =
    stage === undefined ? idsOf('AWS::ApiGatewayV2::Stage') : [stage];
  if (stageName === undefined || otherStages.length > 0) {
    throw new UsageError(
      `the stack ${stack} has ${otherStages.length === 0 ? 'no stage' : 'several stages'}: give --stage`,
    );
  }
  return { apiId, stageName };
}

async function stackOf(clients: AwsClients, stack: string) {
  try {
    return await readStack(clients, stack);
  } catch (error) {
    if (error instanceof PermissionMissingError || error instanceof ReadFailedError) {
      throw new CannotRunError(`the stack ${stack} cannot be read: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
