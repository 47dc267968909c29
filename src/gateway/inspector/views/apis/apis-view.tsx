import { useEffect, useState } from 'preact/hooks';
import { callGateway } from '../../api.js';
import { Problem } from '../../frame/problem.js';
import { select } from '../../frame/use-address.js';
import { useCommand } from '../../frame/use-command.js';
import { type View, type ViewProps } from '../view.js';
import { type DescribedApi, type Finding, type Findings } from './described-api.js';
import { ExplainForm } from './explain-form.js';
import { FindingList } from './finding-list.js';
import { RouteTable } from './route-table.js';

export const APIS: View = { name: 'apis', title: 'APIs', keys: [], Content: ApisView };

/** Each API with its routes and integrations as they are deployed, and what lint finds in them. */
function ApisView({ path: [selectedId] }: ViewProps) {
  const [apis, setApis] = useState<readonly DescribedApi[] | undefined>(undefined);
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const { error, run } = useCommand();
  useEffect(
    () =>
      run(async () => {
        const [described, found] = await Promise.all([
          callGateway<{ readonly items: readonly DescribedApi[] }>('apis'),
          callGateway<Findings>('findings'),
        ]);
        setApis(described.items);
        setFindings(found.items);
      }),
    [],
  );
  const api = apis?.find(({ apiId }) => apiId === selectedId) ?? apis?.[0];
  return (
    <div class="panels">
      <Problem error={error} />
      {apis?.length === 0 ? (
        <div class="empty">
          <h2>The gateway has no API</h2>
          <p>Start it with a template, or deploy one by the AWS SDK, the CLI or the CDK:</p>
          <pre tabIndex={0}>
            npx backchannel-gateway --template template.yaml --target your-nlb=127.0.0.1:3000
          </pre>
        </div>
      ) : null}
      {apis === undefined || apis.length < 2 ? null : (
        <label>
          API{' '}
          <select value={api?.apiId} onChange={({ currentTarget }) => select('apis', currentTarget.value)}>
            {apis.map(({ apiId, name, protocolType }) => (
              <option key={apiId} value={apiId}>
                {name} ({protocolType})
              </option>
            ))}
          </select>
        </label>
      )}
      {api === undefined ? null : (
        <>
          <RouteTable api={api} findings={findings} />
          <FindingList api={api} findings={findings} />
          <ExplainForm key={api.apiId} api={api} />
        </>
      )}
    </div>
  );
}
