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
  /** The Network Load Balancer of the link; it may be internal. */
  readonly loadBalancer: { readonly loadBalancerDnsName: string };
  /** Port of the load balancer's listener. Default 80, with `tls` 443. */
  readonly port?: number;
  /**
   * HTTPS to the load balancer: with a TLS listener, or with a TCP listener and TLS on the targets. The certificate
   * must be publicly trusted and valid for `serverName`, which becomes the host of the URI and the `Host` header; the
   * name need not resolve. No certificate is valid for the load balancer's own DNS name. Default HTTP.
   */
  readonly tls?: { readonly serverName: string };
  /** Begins with `/`. May have `{name}` for the value of `parameterMapping.path('name', …)`. Default `/`. */
  readonly path?: string;
  /** Default `POST`. Not `ANY`: AWS does not document which method that sends for a frame. */
  readonly method?: 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';
  /**
   * Headers, query string and path values of the request. Without it, the backend does not get even the connection id.
   */
  readonly parameterMapping?: WebSocketParameterMapping;
  /** 50 ms to 29 s. Default 29 s. */
  readonly timeout?: Duration;
  /**
   * Makes it an `HTTP` integration, which sends the output of a template, instead of `HTTP_PROXY`, which sends the
   * message. A two-way route also needs a `CfnIntegrationResponse`.
   */
  readonly templates?: {
    /** Template key → VTL. */
    readonly requestTemplates: Readonly<Record<string, string>>;
    /** Selects the key, for example `\\$default` or `$request.body.action`. */
    readonly templateSelectionExpression: string;
    readonly passthroughBehavior?: PassthroughBehavior;
  };
}

/**
 * A WebSocket route to an HTTP backend behind a Network Load Balancer, which `aws-apigatewayv2-integrations` lacks
 * (https://github.com/aws/aws-cdk/issues/29562).
 *
 * Needs only `web-socket-parameter-mapping.ts`:
 *
 *     const vpcLink = new apigateway.VpcLink(this, 'Link', { targets: [loadBalancer] });
 *     const connectionId = MappingSource.context('connectionId');
 *     const api = new apigatewayv2.WebSocketApi(this, 'Api');
 *     api.addRoute('$connect', {
 *       integration: new WebSocketNlbIntegration('Connect', {
 *         vpcLink, loadBalancer, path: '/connect',
 *         parameterMapping: new WebSocketParameterMapping()
 *           .header('ConnectionId', connectionId)
 *           .header('Token', MappingSource.requestQueryString('token')), // also declared on the route
 *       }),
 *     });
 *     api.addRoute('$default', {
 *       integration: new WebSocketNlbIntegration('Message', {
 *         vpcLink, loadBalancer, path: '/message',
 *         parameterMapping: new WebSocketParameterMapping().header('ConnectionId', connectionId),
 *       }),
 *     });
 *
 * Several routes of one API may share an integration. If the load balancer has a security group, set
 * `enforceSecurityGroupInboundRulesOnPrivateLinkTraffic` to `false`, or no request arrives.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
 */
export class WebSocketNlbIntegration extends WebSocketRouteIntegration {
  /** @throws {Error} API Gateway would refuse the timeout, port, path or mapping */
  constructor(
    id: string,
    private readonly props: WebSocketNlbIntegrationProps,
  ) {
    super(id);
    checkTimeout(props.timeout);
    checkPort(props.port);
    checkPath(props);
  }

  /** @throws {Error} a route other than `$connect` maps a header or a query-string parameter of the handshake */
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
      // the enum lacks these values, which CloudFormation accepts
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

/** Sets what `WebSocketRouteIntegrationConfig` cannot: the VPC link, and the parameters that the route declares. */
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
  throw new Error(`expected a timeout from 50 to 29,000 ms, not ${milliseconds}`);
}

function checkPort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535)) return;
  throw new Error(`expected a port from 1 to 65535, not ${port}`);
}

function checkPath({ path = '/', parameterMapping }: WebSocketNlbIntegrationProps): void {
  if (!path.startsWith('/')) throw new Error(`the path '${path}' does not begin with /`);
  const inPath = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const mapped = parameterMapping?.pathNames ?? [];
  const unfilled = inPath.find((name) => !mapped.includes(name));
  if (unfilled !== undefined)
    throw new Error(`the path '${path}' has {${unfilled}}, but the mapping has no value for it`);
  const unused = mapped.find((name) => !inPath.includes(name));
  if (unused !== undefined)
    throw new Error(`the path '${path}' has no {${unused}}, for which the mapping has a value`);
}
