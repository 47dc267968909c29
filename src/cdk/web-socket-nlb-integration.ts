import { AspectPriority, Aspects, type Duration, type IAspect } from 'aws-cdk-lib';
import { type IVpcLink } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnIntegration,
  CfnRoute,
  type PassthroughBehavior,
  type WebSocketIntegrationType,
  WebSocketRouteIntegration,
  type WebSocketRouteIntegrationBindOptions,
  type WebSocketRouteIntegrationConfig,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { type IConstruct } from 'constructs';
import { WebSocketParameterMapping } from './web-socket-parameter-mapping.js';

export interface WebSocketNlbIntegrationProps {
  /**
   * A VPC link of `aws-cdk-lib/aws-apigateway` (v1) to the load balancer. WebSocket APIs cannot use those of
   * `aws-apigatewayv2`.
   */
  readonly vpcLink: IVpcLink;
  /** The network load balancer to which the link leads; may be internal. */
  readonly loadBalancer: { readonly loadBalancerDnsName: string };
  /** Of the load balancer's listener; 80, with `tls` 443, unless given. */
  readonly port?: number;
  /**
   * HTTPS to the load balancer: with a TLS listener, or with TLS on the targets behind a TCP one. The certificate has to
   * be publicly trusted and to name `serverName`, which becomes the host of the URI and the `Host` header; it need not
   * resolve. The load balancer's own DNS name is on no certificate. HTTP unless given.
   */
  readonly tls?: { readonly serverName: string };
  /** Begins with `/`; may have `{name}` where `parameterMapping.path('name', …)` puts a value. `/` unless given. */
  readonly path?: string;
  /** `POST` unless given. `ANY` is not offered: AWS does not say what it sends for a frame, which has no method. */
  readonly method?: 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';
  /** What the request carries. Without one, the backend is not told even whose message it is. */
  readonly parameterMapping?: WebSocketParameterMapping;
  /** 50 ms to 29 s; 29 s unless given. */
  readonly timeout?: Duration;
  /**
   * Makes it an `HTTP` integration, which sends what a template makes of the message, and not `HTTP_PROXY`, which sends
   * the message. For a two-way route it needs a `CfnIntegrationResponse` besides.
   */
  readonly templates?: {
    /** Template key → VTL. */
    readonly requestTemplates: Readonly<Record<string, string>>;
    /** Which key, such as `\\$default` or `$request.body.action`. */
    readonly templateSelectionExpression: string;
    readonly passthroughBehavior?: PassthroughBehavior;
  };
}

/**
 * A WebSocket route to an HTTP backend behind a network load balancer, which `aws-apigatewayv2-integrations` lacks
 * (https://github.com/aws/aws-cdk/issues/29562).
 *
 * Needs nothing but `web-socket-parameter-mapping.ts` beside it:
 *
 *     const vpcLink = new apigateway.VpcLink(this, 'Link', { targets: [loadBalancer] });
 *     const connectionId = MappingSource.context('connectionId');
 *     const api = new apigatewayv2.WebSocketApi(this, 'Api');
 *     api.addRoute('$connect', {
 *       integration: new WebSocketNlbIntegration('Connect', {
 *         vpcLink, loadBalancer, path: '/connect',
 *         parameterMapping: new WebSocketParameterMapping()
 *           .header('ConnectionId', connectionId)
 *           .header('Token', MappingSource.requestQueryString('token')), // declared on the route, too
 *       }),
 *     });
 *     api.addRoute('$default', {
 *       integration: new WebSocketNlbIntegration('Message', {
 *         vpcLink, loadBalancer, path: '/message',
 *         parameterMapping: new WebSocketParameterMapping().header('ConnectionId', connectionId),
 *       }),
 *     });
 *
 * One integration may serve several routes of one API. For the load balancer's security groups see
 * `enforceSecurityGroupInboundRulesOnPrivateLinkTraffic`: with a group and without `false` there, nothing arrives.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
 */
export class WebSocketNlbIntegration extends WebSocketRouteIntegration {
  /** @throws {Error} a timeout, port, path or mapping that API Gateway would refuse */
  constructor(
    id: string,
    private readonly props: WebSocketNlbIntegrationProps,
  ) {
    super(id);
    checkTimeout(props.timeout);
    checkPort(props.port);
    checkPath(props);
  }

  /** @throws {Error} headers and query strings are mapped on another route than `$connect` */
  bind({ route, scope }: WebSocketRouteIntegrationBindOptions): WebSocketRouteIntegrationConfig {
    const { vpcLink, method = 'POST', timeout, templates } = this.props;
    const mapping = this.props.parameterMapping ?? new WebSocketParameterMapping();
    if (mapping.declarations.length > 0 && route.routeKey !== '$connect') {
      throw new Error(
        `${route.routeKey} cannot map ${mapping.declarations.join(', ')}: only $connect has headers and a query string`,
      );
    }
    const completion = new Completion(vpcLink.vpcLinkId, mapping.declarations);
    Aspects.of(scope).add(completion, { priority: AspectPriority.MUTATING });
    return {
      // the enum lacks them; it is passed on as it is
      type: (templates ? 'HTTP' : 'HTTP_PROXY') as WebSocketIntegrationType,
      uri: this.#uri,
      method,
      requestParameters: mapping.requestParameters,
      ...(timeout && { timeout }),
      ...templates,
    };
  }

  get #uri(): string {
    const { loadBalancer, tls, port, path = '/' } = this.props;
    const host = tls?.serverName ?? loadBalancer.loadBalancerDnsName;
    return `${tls ? 'https' : 'http'}://${host}${port === undefined ? '' : `:${port}`}${path}`;
  }
}

/** What `WebSocketRouteIntegrationConfig` has no place for: the link, and the declarations on the route. */
class Completion implements IAspect {
  constructor(
    private readonly vpcLinkId: string,
    private readonly declarations: readonly string[],
  ) {}

  visit(node: IConstruct): void {
    if (node instanceof CfnIntegration) {
      node.connectionType = 'VPC_LINK';
      node.connectionId = this.vpcLinkId;
    } else if (node instanceof CfnRoute && this.declarations.length > 0) {
      const declared = this.declarations.map((source) => [source, { Required: false }]);
      node.requestParameters = { ...Object.fromEntries(declared), ...(node.requestParameters as object) };
    }
  }
}

function checkTimeout(timeout: Duration | undefined): void {
  if (timeout === undefined || timeout.isUnresolved()) return;
  const milliseconds = timeout.toMilliseconds();
  if (milliseconds >= 50 && milliseconds <= 29_000) return;
  throw new Error(`an integration of a WebSocket API has 50 to 29,000 ms, not ${milliseconds}`);
}

function checkPort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return;
  throw new Error(`a listener's port is a whole number from 1 to 65535, not ${port}`);
}

function checkPath({ path = '/', parameterMapping }: WebSocketNlbIntegrationProps): void {
  if (!path.startsWith('/')) throw new Error(`the path '${path}' does not begin with /`);
  const inPath = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const mapped = parameterMapping?.pathNames ?? [];
  const unfilled = inPath.find((name) => !mapped.includes(name));
  if (unfilled !== undefined)
    throw new Error(`the path '${path}' has {${unfilled}}, which nothing is mapped to`);
  const unused = mapped.find((name) => !inPath.includes(name));
  if (unused !== undefined) throw new Error(`the path '${path}' has no {${unused}} for what is mapped to it`);
}
