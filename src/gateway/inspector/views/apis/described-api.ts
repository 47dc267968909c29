/** An API of `GET /_gateway/apis`, with the members that this view shows. */
export interface DescribedApi {
  readonly apiId: string;
  readonly name: string;
  readonly protocolType: 'WEBSOCKET' | 'HTTP';
  readonly routeSelectionExpression?: string;
  readonly stages: readonly DescribedStage[];
  readonly routes: readonly DescribedRoute[];
  readonly integrations: readonly DescribedIntegration[];
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
  readonly routeResponses?: readonly object[];
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

export interface Findings {
  readonly items: readonly Finding[];
}

/** A finding of `GET /_gateway/findings`. */
export interface Finding {
  readonly fileName: string;
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'hint';
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
  readonly logicalId?: string;
  readonly resourceId?: string;
}

export const integrationOf = (
  api: DescribedApi,
  { target }: DescribedRoute,
): DescribedIntegration | undefined =>
  api.integrations.find(({ integrationId }) => target === `integrations/${integrationId}`);
