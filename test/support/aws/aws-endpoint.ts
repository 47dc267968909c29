import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { evaluatePolicy, type Policy } from '../../../src/gateway/iam/policy.js';
import { BackendSetUp } from './backend-set-up.js';
import { OPERATIONS, ServiceError } from './operations.js';
import { deny, fail, type Protocol, succeed, type WireResponse } from './wire.js';

/** One call that was made, as IAM sees it. */
export interface MadeCall {
  readonly action: string;
  readonly resource: string;
}

/** The signing name of each service → its prefix in IAM, and how it speaks. */
const SERVICES: Readonly<Record<string, { readonly prefix: string; readonly protocol: Protocol }>> = {
  acm: { prefix: 'acm', protocol: 'json' },
  apigateway: { prefix: 'apigateway', protocol: 'rest-json' },
  cloudformation: { prefix: 'cloudformation', protocol: 'query' },
  cloudtrail: { prefix: 'cloudtrail', protocol: 'json' },
  ec2: { prefix: 'ec2', protocol: 'ec2' },
  ecs: { prefix: 'ecs', protocol: 'json' },
  elasticloadbalancing: { prefix: 'elasticloadbalancing', protocol: 'query' },
  iam: { prefix: 'iam', protocol: 'query' },
  monitoring: { prefix: 'cloudwatch', protocol: 'json' },
  servicequotas: { prefix: 'servicequotas', protocol: 'json' },
  sts: { prefix: 'sts', protocol: 'query' },
};

/** A change of a response of API Gateway, for what the stand-in never says. */
export type Rewrite = (path: string, body: Record<string, unknown>) => void;

/**
 * The endpoint of all AWS services that the doctor calls (`AWS_ENDPOINT_URL`). API Gateway is our own gateway; the other
 * services speak their protocols with recorded shapes. Denies what the policy does not allow.
 */
export class AwsEndpoint implements AsyncDisposable {
  readonly setUp = new BackendSetUp();
  readonly calls: MadeCall[] = [];
  /** By default everything is allowed, as `sts:GetCallerIdentity` always is. */
  policy: Policy | undefined;
  /** Number of calls of an action that are throttled, before one is not. */
  readonly throttled = new Map<string, number>();
  /** An error that every call of an action gets. */
  readonly failing = new Map<string, ServiceError>();
  rewrite: Rewrite | undefined;
  api = { id: '', stage: '' };
  readonly #server: Server;

  private constructor(
    server: Server,
    private readonly gatewayUrl: string,
  ) {
    this.#server = server;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** @param gatewayUrl of the gateway that is API Gateway */
  static async start(gatewayUrl: string): Promise<AwsEndpoint> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new AwsEndpoint(server, gatewayUrl);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { status, headers, body: text } = await this.#respond(request, body);
    response.writeHead(status, headers).end(text);
  }

  async #respond(request: IncomingMessage, body: Buffer): Promise<WireResponse> {
    const signingName = /\/(\w+)\/aws4_request/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const service = SERVICES[signingName];
    if (service === undefined) return fail('json', 400, 'UnknownService', `no service ${signingName}`);
    const { prefix, protocol } = service;
    const input = readInput(protocol, request, body);
    const call = {
      action: `${prefix}:${actionOf(protocol, request, input)}`,
      resource: resourceOf(protocol, request, input),
    };
    this.calls.push(call);
    const times = this.throttled.get(call.action) ?? 0;
    if (times > 0) {
      this.throttled.set(call.action, times - 1);
      return fail(protocol, 400, 'ThrottlingException', 'Rate exceeded');
    }
    const error = this.failing.get(call.action);
    if (error !== undefined) return fail(protocol, error.status, error.code, error.message);
    if (!this.#isAllowed(call)) return deny(protocol, call.action);
    if (protocol === 'rest-json') return this.#forward(request);
    try {
      const operation = OPERATIONS[call.action];
      if (operation === undefined) throw new ServiceError('InvalidAction', `no operation ${call.action}`);
      const result = operation({ setUp: this.setUp, api: this.api, input });
      return succeed(protocol, call.action.slice(prefix.length + 1), result);
    } catch (thrown) {
      if (!(thrown instanceof ServiceError)) throw thrown;
      return fail(protocol, thrown.status, thrown.code, thrown.message);
    }
  }

  #isAllowed({ action, resource }: MadeCall): boolean {
    if (this.policy === undefined || action === 'sts:GetCallerIdentity') return true;
    return evaluatePolicy(this.policy, action, resource) === 'allowed';
  }

  async #forward({
    url = '',
    method = '',
    headers: { authorization = '' },
  }: IncomingMessage): Promise<WireResponse> {
    if (url === '/account') {
      const { logRoleArn, rateLimit } = this.setUp;
      return succeed('rest-json', 'GetAccount', {
        apiKeyVersion: '4',
        ...(logRoleArn !== undefined && { cloudwatchRoleArn: logRoleArn }),
        features: ['UsagePlans'],
        throttleSettings: { rateLimit, burstLimit: rateLimit / 2 },
      });
    }
    const forwarded = await fetch(new URL(url, this.gatewayUrl), { method, headers: { authorization } });
    const body = (await forwarded.json()) as Record<string, unknown>;
    this.rewrite?.(new URL(url, this.gatewayUrl).pathname, body);
    const errorType = forwarded.headers.get('x-amzn-errortype');
    return {
      status: forwarded.status,
      headers: {
        'content-type': 'application/json',
        ...(errorType !== null && { 'x-amzn-errortype': errorType }),
      },
      body: JSON.stringify(body),
    };
  }
}

type Input = Readonly<Record<string, unknown>>;

function readInput(protocol: Protocol, { url = '' }: IncomingMessage, body: Buffer): Input {
  switch (protocol) {
    case 'query':
    case 'ec2':
      return Object.fromEntries(new URLSearchParams(body.toString()));
    case 'json':
      return JSON.parse(body.toString()) as Input;
    case 'rest-json':
      return Object.fromEntries(new URL(url, 'http://endpoint').searchParams);
  }
}

function actionOf(protocol: Protocol, { method = '', headers }: IncomingMessage, input: Input): string {
  switch (protocol) {
    case 'query':
    case 'ec2':
      return String(input['Action']);
    case 'json':
      return String(headers['x-amz-target']).replace(/^.*\./, '');
    case 'rest-json':
      return method;
  }
}

/** What IAM compares with a policy's resources; `*` for calls that have none. */
function resourceOf(protocol: Protocol, { url = '' }: IncomingMessage, input: Input): string {
  if (protocol === 'rest-json') {
    const { pathname } = new URL(url, 'http://endpoint');
    return `arn:aws:apigateway:eu-central-1::${pathname.replace(/^\/v2/, '')}`;
  }
  return typeof input['PolicySourceArn'] === 'string' ? input['PolicySourceArn'] : '*';
}
