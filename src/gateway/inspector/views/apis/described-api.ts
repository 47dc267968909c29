/** An API of `GET /_gateway/apis`, with the members that this view shows. */
export interface DescribedApi {
  readonly apiId: string;
  readonly name: string;
  readonly protocolType: 'WEBSOCKET' | 'HTTP';
  readonly routeSelectionExpression?: string;
  readonly stages: readonly DescribedStage[];
  readonly routes: readonly DescribedRoute[];
  readonly integrations: readonly DescribedIntegration[];
  readonly authorizers?: readonly { readonly authorizerId: string }[];
}

export interface DescribedStage {
  readonly stageName: string;
  readonly deployedRouteKeys: readonly string[];
}

export interface DescribedRoute {
  readonly routeId: string;
  readonly routeKey: string;
  /** `integrations/{id}` */
  readonly target?: string;
  readonly authorizationType?: string;
  readonly authorizerId?: string;
  readonly routeResponses?: readonly { readonly routeResponseId: string }[];
}

export interface DescribedIntegration {
  readonly integrationId: string;
  readonly integrationType: string;
  readonly integrationSubtype?: string;
  readonly integrationMethod?: string;
  readonly integrationUri?: string;
  readonly connectionType?: string;
  readonly connectionId?: string;
  readonly timeoutInMillis?: number;
  readonly requestParameters?: Readonly<Record<string, string>>;
}

export const integrationOf = (
  api: DescribedApi,
  { target }: DescribedRoute,
): DescribedIntegration | undefined =>
  api.integrations.find(({ integrationId }) => target === `integrations/${integrationId}`);

/** The ids of the API and of its resources. */
export const resourceIdsOf = (api: DescribedApi): ReadonlySet<string> =>
  new Set([
    api.apiId,
    ...api.stages.map(({ stageName }) => stageName),
    ...(api.authorizers ?? []).map(({ authorizerId }) => authorizerId),
    ...api.routes.flatMap((route) => idsOfRoute(api, route)),
    ...api.integrations.map(({ integrationId }) => integrationId),
  ]);

/** The ids of the route and of the resources that it uses: a finding about one of them concerns the route. */
export function idsOfRoute(api: DescribedApi, route: DescribedRoute): readonly string[] {
  const { routeId, authorizerId, routeResponses = [] } = route;
  const integration = integrationOf(api, route);
  const ids = [routeId, authorizerId, integration?.integrationId, integration?.connectionId];
  return [...ids, ...routeResponses.map(({ routeResponseId }) => routeResponseId)].filter(
    (id) => id !== undefined,
  );
}
