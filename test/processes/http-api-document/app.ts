import { App, Stack } from 'aws-cdk-lib';
import {
  HttpApi,
  HttpMethod,
  type HttpRouteIntegration,
  MappingValue,
  ParameterMapping,
  VpcLink,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpAlbIntegration,
  HttpLambdaIntegration,
  HttpNlbIntegration,
  HttpServiceDiscoveryIntegration,
  HttpUrlIntegration,
  WebSocketLambdaIntegration,
} from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  type IApplicationListener,
  NetworkLoadBalancer,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';

/**
 * A CDK app with the code of the CDK's page about integrations of HTTP and WebSocket APIs: one stack for each of its
 * examples, with the page's ids. The library's classes do not fit its interfaces under `exactOptionalPropertyTypes`: hence
 * `as`.
 *
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2_integrations-readme.html
 */
const EXAMPLES = {
  lambda(stack: Stack) {
    const booksIntegration = new HttpLambdaIntegration(
      'BooksIntegration',
      functionOf(stack, 'BooksDefaultFn'),
    );
    const httpApi = new HttpApi(stack, 'HttpApi');
    httpApi.addRoutes({ path: '/books', methods: [HttpMethod.GET], integration: booksIntegration });
  },

  url(stack: Stack, { booksUrl }: Settings) {
    const booksIntegration = new HttpUrlIntegration('BooksIntegration', booksUrl);
    const httpApi = new HttpApi(stack, 'HttpApi');
    httpApi.addRoutes({ path: '/books', methods: [HttpMethod.GET], integration: booksIntegration });
  },

  applicationLoadBalancer(stack: Stack) {
    privateApi(stack, new HttpAlbIntegration('DefaultIntegration', applicationListener(stack)));
  },

  networkLoadBalancer(stack: Stack) {
    const vpc = new Vpc(stack, 'VPC') as IVpc;
    const lb = new NetworkLoadBalancer(stack, 'lb', { vpc });
    const listener = lb.addListener('listener', { port: 80 });
    listener.addTargets('target', { port: 80 });
    privateApi(stack, new HttpNlbIntegration('DefaultIntegration', listener));
  },

  serviceDiscovery(stack: Stack) {
    const vpc = new Vpc(stack, 'VPC') as IVpc;
    const vpcLink = new VpcLink(stack, 'VpcLink', { vpc });
    const namespace = new PrivateDnsNamespace(stack, 'Namespace', { name: 'boobar.com', vpc });
    const service = namespace.createService('Service');
    privateApi(stack, new HttpServiceDiscoveryIntegration('DefaultIntegration', service, { vpcLink }));
  },

  mappedHeaders(stack: Stack) {
    const parameterMapping = new ParameterMapping()
      .appendHeader('header2', MappingValue.requestHeader('header1'))
      .removeHeader('header1');
    const listener = applicationListener(stack);
    privateApi(stack, new HttpAlbIntegration('DefaultIntegration', listener, { parameterMapping }));
  },

  customMapping(stack: Stack) {
    const parameterMapping = new ParameterMapping().custom('myKey', 'myValue');
    const listener = applicationListener(stack);
    privateApi(stack, new HttpAlbIntegration('DefaultIntegration', listener, { parameterMapping }));
  },

  webSocket(stack: Stack) {
    const webSocketApi = new WebSocketApi(stack, 'mywsapi');
    // oxlint-disable-next-line no-new -- a construct belongs to its scope
    new WebSocketStage(stack, 'mystage', { webSocketApi, stageName: 'dev', autoDeploy: true });
    const messageHandler = functionOf(stack, 'MessageHandler');
    webSocketApi.addRoute('sendMessage', {
      integration: new WebSocketLambdaIntegration('SendMessageIntegration', messageHandler),
    });
  },
};

export type Example = keyof typeof EXAMPLES;

interface Settings {
  /** In place of the page's `https://get-books-proxy.example.com`. */
  readonly booksUrl: string;
}

/**
 * Synthesises the app.
 *
 * @param outdir the folder of the templates
 * @returns the template file of each example
 */
export function synthesise(outdir: string, settings: Settings): ReadonlyMap<Example, string> {
  const app = new App({ outdir, analyticsReporting: false });
  const stacks = Object.entries(EXAMPLES).map(([name, build]) => {
    const stack = new Stack(app, name);
    build(stack, settings);
    return [name as Example, stack.artifactId] as const;
  });
  const assembly = app.synth();
  return new Map(
    stacks.map(([name, artifactId]) => [name, assembly.getStackArtifact(artifactId).templateFullPath]),
  );
}

const functionOf = (stack: Stack, id: string) =>
  new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({});'),
  });

function applicationListener(stack: Stack): IApplicationListener {
  const vpc = new Vpc(stack, 'VPC') as IVpc;
  const lb = new ApplicationLoadBalancer(stack, 'lb', { vpc });
  const listener = lb.addListener('listener', { port: 80 });
  listener.addTargets('target', { port: 80 });
  return listener;
}

const privateApi = (stack: Stack, defaultIntegration: HttpRouteIntegration) =>
  new HttpApi(stack, 'HttpProxyPrivateApi', { defaultIntegration });
