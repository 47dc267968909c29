import { useEffect, useState } from 'preact/hooks';
import { callGateway } from '../../api.js';
import { type Finding } from '../../findings.js';
import { Problem } from '../../frame/problem.js';
import { select } from '../../frame/use-address.js';
import { useCommand } from '../../frame/use-command.js';
import { type View, type ViewProps } from '../view.js';
import { type DescribedApi } from './described-api.js';
import { ExplainForm } from './explain-form.js';
import { FindingList } from './finding-list.js';
import { RouteTable } from './route-table.js';

export const APIS: View = { name: 'apis', title: 'APIs', keys: [], noteOf: errorCount, Content: ApisView };

/** `2 errors` */
function errorCount(findings: readonly Finding[]): string | undefined {
  const count = findings.filter(({ severity }) => severity === 'error').length;
  return count === 0 ? undefined : `${count} ${count === 1 ? 'error' : 'errors'}`;
}

/** Each API with its routes and integrations as they are deployed, and what lint finds in them. */
function ApisView({ path: [selectedId], findings }: ViewProps) {
  const [apis, setApis] = useState<readonly DescribedApi[] | undefined>(undefined);
  const { error, run } = useCommand();
  useEffect(
    () =>
      run(async () => {
        setApis((await callGateway<{ readonly items: readonly DescribedApi[] }>('apis')).items);
      }),
    [],
  );
  const api = apis?.find(({ apiId }) => apiId === selectedId) ?? apis?.[0];
  return (
    <div class="cards">
      <Problem error={error ?? findings.error} />
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
      {api === undefined || apis === undefined ? null : (
        <>
          <RouteTable api={api} findings={findings.items ?? []} />
          {findings.items === undefined ? null : (
            <FindingList api={api} apis={apis} findings={findings.items} />
          )}
          <ExplainForm key={api.apiId} api={api} />
        </>
      )}
    </div>
  );
}
