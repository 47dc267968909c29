import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { vi } from 'vitest';
import { type GatewayOptions } from '../../src/gateway/gateway-options.js';
import { startGateway } from '../support/deployed-gateway.js';

/**
 * The gateway under test, known by its URLs alone: a stand-in that the suite starts itself, or the gateway at
 * `CONFORMANCE_URL`.
 *
 *     CONFORMANCE_URL=wss://abc.execute-api.eu-central-1.amazonaws.com/dev
 *                               Amazon API Gateway in that Region. Every case creates an API of its own and deletes
 *                               it afterwards; the API in the URL is left alone, only the stage's name is taken
 *     CONFORMANCE_URL=ws://127.0.0.1:8080/dev
 *                               a stand-in that runs already
 *     CONFORMANCE_BACKEND_URL   where the gateway reaches CONFORMANCE_BACKEND_PORT (9000) of this machine; for AWS a
 *                               public address whose TCP connections are forwarded as they are, since an HTTP proxy
 *                               would add headers
 *     CONFORMANCE_FUNCTION_ARN  a Lambda function made of aws/bridge-function.mjs; AWS only
 *     CONFORMANCE_NLB_ARN       a network load balancer that leads to the backend; AWS only
 *     CONFORMANCE_SUBNET_IDS    subnets for a v2 VPC link, separated by commas; AWS only
 *
 * `npm run conformance` sets them, and writes a report: docs/conformance.md. Credentials come the AWS SDK's way. Files have to run one after the other there (`npm run test:conformance` does so),
 * as they share one port, and one clock.
 */
export interface Target extends AsyncDisposable {
  readonly isAws: boolean;
  readonly region: string;
  readonly stage: string;
  /** `undefined` for AWS's own. */
  readonly controlEndpoint: string | undefined;
  /** `ws://…/{stage}` or `wss://…/{stage}` */
  webSocketUrl(apiId: string, stage: string): string;
  /** `http://…/{stage}` or `https://…/{stage}`; `/@connections/…` follows. */
  callbackUrl(apiId: string, stage: string): string;
  /** `/_gateway/…` of a stand-in; AWS has none. */
  readonly adminUrl: string;
  readonly functionArn: string;
  readonly loadBalancerArn: string;
  /** How long after a deployment AWS may still serve the one before it; minutes were recorded. */
  readonly propagationMs: number;
}

/** How a case configures the stand-in. AWS, or a stand-in that runs already, is used unmodified. */
export type StandInOptions = Partial<Omit<GatewayOptions, 'host' | 'port'>>;

/** The stand-in's account, a placeholder. */
const LOCAL_ACCOUNT = '000000000000';
export const FUNCTION_NAME = 'conformance';

const given = process.env.CONFORMANCE_URL ? new URL(process.env.CONFORMANCE_URL) : undefined;
const [, awsRegion, awsSuffix] = given?.hostname.match(/\.execute-api\.([^.]+)\.(.+)$/) ?? [];

export const isAws = awsRegion !== undefined;
// every case creates an API of its own, which AWS takes a while to serve
if (isAws) vi.setConfig({ testTimeout: 5 * 60_000 });
/** Only a gateway that the suite starts itself can be configured by a case. */
export const isOwnStandIn = given === undefined;
export const hasFunction = isOwnStandIn || process.env.CONFORMANCE_FUNCTION_ARN !== undefined;
export const hasLoadBalancer = isOwnStandIn || process.env.CONFORMANCE_NLB_ARN !== undefined;
export const hasSubnets = isOwnStandIn || process.env.CONFORMANCE_SUBNET_IDS !== undefined;
export const subnetIds = (process.env.CONFORMANCE_SUBNET_IDS ?? 'subnet-1,subnet-2').split(',');

export const credentials = isAws
  ? defaultProvider()
  : { accessKeyId: 'AKIDCONFORMANCE', secretAccessKey: 'conformance-secret' };

/** Where the backend of a case listens, and where the gateway reaches it. */
export const backendAddress =
  process.env.CONFORMANCE_BACKEND_URL === undefined
    ? { port: 0, publicUrl: undefined }
    : {
        port: Number(process.env.CONFORMANCE_BACKEND_PORT ?? '9000'),
        publicUrl: process.env.CONFORMANCE_BACKEND_URL.replace(/\/$/, ''),
      };

export async function openTarget(options: StandInOptions = {}): Promise<Target> {
  if (given === undefined) return startStandIn(options);
  const stage = given.pathname.split('/')[1] || 'dev';
  return awsRegion === undefined ? standInAt(given.origin, stage) : aws(awsRegion, awsSuffix ?? '', stage);
}

async function startStandIn(options: StandInOptions): Promise<Target> {
  const gateway = await startGateway(options);
  return { ...standInAt(gateway.url, 'dev'), [Symbol.asyncDispose]: () => gateway.stop() };
}

function standInAt(origin: string, stage: string): Target {
  const url = (apiId: string, name: string) => `${origin.replace(/^ws/, 'http')}/_apis/${apiId}/${name}`;
  return {
    isAws: false,
    region: 'us-east-1',
    stage,
    controlEndpoint: origin.replace(/^ws/, 'http'),
    webSocketUrl: (apiId, name) => url(apiId, name).replace(/^http/, 'ws'),
    callbackUrl: url,
    adminUrl: `${origin.replace(/^ws/, 'http')}/_gateway`,
    functionArn:
      process.env.CONFORMANCE_FUNCTION_ARN ??
      `arn:aws:lambda:us-east-1:${LOCAL_ACCOUNT}:function:${FUNCTION_NAME}`,
    loadBalancerArn: `arn:aws:elasticloadbalancing:us-east-1:${LOCAL_ACCOUNT}:loadbalancer/net/conformance/0123456789abcdef`,
    propagationMs: 0,
    async [Symbol.asyncDispose]() {},
  };
}

function aws(region: string, suffix: string, stage: string): Target {
  const url = (apiId: string, name: string) => `https://${apiId}.execute-api.${region}.${suffix}/${name}`;
  return {
    isAws: true,
    region,
    stage,
    controlEndpoint: undefined,
    webSocketUrl: (apiId, name) => url(apiId, name).replace(/^http/, 'ws'),
    callbackUrl: url,
    adminUrl: '',
    functionArn: process.env.CONFORMANCE_FUNCTION_ARN ?? '',
    loadBalancerArn: process.env.CONFORMANCE_NLB_ARN ?? '',
    propagationMs: 60_000,
    async [Symbol.asyncDispose]() {},
  };
}
