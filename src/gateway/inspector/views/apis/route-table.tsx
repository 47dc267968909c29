import { type DescribedApi, type DescribedRoute, type Finding, integrationOf } from './described-api.js';

interface RouteTableProps {
  readonly api: DescribedApi;
  readonly findings: readonly Finding[];
}

/** One row for each route: its integration, where it is deployed, and what lint finds in either. */
export function RouteTable({ api, findings }: RouteTableProps) {
  const { name, protocolType, routeSelectionExpression, routes, stages } = api;
  return (
    <section class="panel wide-panel" aria-labelledby="routes-title">
      <h2 id="routes-title">{name}: routes and integrations</h2>
      <p>
        {protocolType === 'WEBSOCKET'
          ? `WebSocket API, routes selected by ${routeSelectionExpression}`
          : 'HTTP API'}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Routes">
        <table>
          <thead>
            <tr>
              <th scope="col">route</th>
              <th scope="col">authorization</th>
              <th scope="col">integration</th>
              <th scope="col">mappings</th>
              <th scope="col">response to the client</th>
              {stages.map(({ stageName }) => (
                <th key={stageName} scope="col">
                  stage {stageName}
                </th>
              ))}
              <th scope="col">lint</th>
            </tr>
          </thead>
          <tbody>
            {routes.map((route) => (
              <RouteRow key={route.routeId} api={api} route={route} findings={findings} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function RouteRow({ api, route, findings }: RouteTableProps & { readonly route: DescribedRoute }) {
  const { routeId, routeKey, authorizationType = 'NONE', routeResponses = [] } = route;
  const integration = integrationOf(api, route);
  const own = findings.filter(
    ({ resourceId }) =>
      resourceId !== undefined && [routeId, integration?.integrationId].includes(resourceId),
  );
  const mappings = Object.entries(integration?.requestParameters ?? {});
  return (
    <tr>
      <th scope="row">{routeKey}</th>
      <td>{authorizationType}</td>
      <td>
        {integration === undefined ? (
          <span class="missing">none</span>
        ) : (
          <>
            {integration.integrationType} {integration.integrationMethod} {integration.integrationSubtype}
            <br />
            {integration.integrationUri}
            {integration.connectionType === 'VPC_LINK'
              ? ` through the VPC link ${integration.connectionId}`
              : ''}
          </>
        )}
      </td>
      <td>
        {mappings.length === 0 ? (
          'none'
        ) : (
          <details>
            <summary>{mappings.length}</summary>
            {mappings.map(([destination, source]) => (
              <div key={destination}>
                {destination.replace('integration.request.', '')} = {source}
              </div>
            ))}
          </details>
        )}
      </td>
      <td>{api.protocolType === 'HTTP' ? 'yes' : routeResponses.length > 0 ? 'two-way' : 'one-way'}</td>
      {api.stages.map(({ stageName, deployedRouteKeys }) => (
        <td key={stageName}>
          {deployedRouteKeys.includes(routeKey) ? 'deployed' : <span class="missing">not deployed</span>}
        </td>
      ))}
      <td>
        {own.length === 0
          ? ''
          : own.map(({ rule, severity, line }) => (
              <div key={`${rule} ${line}`} class={`severity ${severity}`}>
                {severity}: {rule}
              </div>
            ))}
      </td>
    </tr>
  );
}
