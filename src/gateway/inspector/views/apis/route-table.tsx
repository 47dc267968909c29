import { type Finding } from '../../findings.js';
import { type DescribedApi, type DescribedRoute, idsOfRoute, integrationOf } from './described-api.js';

interface RouteTableProps {
  readonly api: DescribedApi;
  readonly findings: readonly Finding[];
}

/** One row for each route: its integration, where it is deployed, and what lint finds in what it uses. */
export function RouteTable({ api, findings }: RouteTableProps) {
  const { name, protocolType, routeSelectionExpression, routes, stages } = api;
  return (
    <section class="card" aria-labelledby="routes-title">
      <h2 id="routes-title">{name}: routes and integrations</h2>
      <p>
        {protocolType === 'WEBSOCKET'
          ? `WebSocket API, routes selected by ${routeSelectionExpression}`
          : 'HTTP API'}
      </p>
      <div class="scroll routes" tabIndex={0} role="region" aria-label="Routes">
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
  const { routeKey, authorizationType = 'NONE', routeResponses = [] } = route;
  const integration = integrationOf(api, route);
  const ids = idsOfRoute(api, route);
  const own = findings.filter(({ resourceId }) => resourceId !== undefined && ids.includes(resourceId));
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
          <details open={own.some(({ severity }) => severity === 'error')}>
            <summary>{mappings.length}</summary>
            {mappings.map(([destination, source]) => (
              <div key={destination}>
                {destination.replace('integration.request.', '')} = {source}
              </div>
            ))}
          </details>
        )}
      </td>
      <td>{api.protocolType === 'HTTP' ? 'yes' : responseText(routeKey, routeResponses.length > 0)}</td>
      {api.stages.map(({ stageName, deployedRouteKeys }) => (
        <td key={stageName}>
          {deployedRouteKeys.includes(routeKey) ? 'deployed' : <span class="missing">not deployed</span>}
        </td>
      ))}
      <td>
        {own.length === 0
          ? ''
          : own.map(({ rule, severity, line, message }) => (
              <div key={`${rule} ${line} ${message}`} title={message} class={`severity ${severity}`}>
                {severity}: {rule}
              </div>
            ))}
      </td>
    </tr>
  );
}

/** What the client of a WebSocket API receives of the integration's response. */
function responseText(routeKey: string, hasResponse: boolean): string {
  if (routeKey === '$connect') return 'accepts or refuses';
  if (routeKey === '$disconnect') return 'none';
  return hasResponse ? 'two-way' : 'one-way';
}
