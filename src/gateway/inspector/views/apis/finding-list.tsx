import { type DescribedApi, type Finding } from './described-api.js';

interface FindingListProps {
  readonly api: DescribedApi;
  readonly findings: readonly Finding[];
}

/** The findings of the API's resources, and those that belong to no API. */
export function FindingList({ api, findings }: FindingListProps) {
  const shown = findings.filter(({ resourceId }) => resourceId === undefined || isOf(api, resourceId));
  return (
    <section class="panel wide-panel" aria-labelledby="findings-title">
      <h2 id="findings-title">Lint</h2>
      {shown.length === 0 ? (
        <p>No finding. Only templates are checked, not what an SDK has created.</p>
      ) : (
        <ul class="findings">
          {shown.map(({ fileName, line, severity, rule, message, fix, logicalId }) => (
            <li key={`${fileName} ${line} ${rule} ${message}`}>
              <strong class={`severity ${severity}`}>
                {severity}: {rule}
              </strong>{' '}
              {logicalId} ({fileName}, line {line}): {message}
              <br />
              <span class="hint">fix: {fix}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Whether it is the id of the API, or of one of its resources; other ids are of VPC links, keys and so on. */
function isOf({ apiId, routes, integrations, stages }: DescribedApi, id: string): boolean {
  return (
    id === apiId ||
    routes.some(({ routeId }) => routeId === id) ||
    integrations.some(({ integrationId }) => integrationId === id) ||
    stages.some(({ stageName }) => stageName === id)
  );
}
