import { type ServedApi, useApis } from '../../apis.js';
import { useTestClients } from '../../clients/test-clients.js';
import { Problem } from '../../frame/problem.js';
import { goTo } from '../../frame/use-address.js';
import { type View, type ViewProps } from '../view.js';
import { ClientPanel } from './client-panel.js';
import { HttpPanel } from './http-panel.js';
import { type Tab, Tabs } from './tabs.js';

export const CLIENTS: View = {
  name: 'clients',
  title: 'Clients',
  keys: [
    { keys: ['Ctrl+Enter'], text: 'send the message' },
    { keys: ['←', '→'], text: 'other client, on a tab' },
  ],
  Content: ClientsView,
};

/** The test clients, and the composer of HTTP requests, each in a tab. */
function ClientsView({ records: { rows }, path: [tabId] }: ViewProps) {
  const { apis, error } = useApis();
  const clients = useTestClients();
  if (apis === undefined) return <Problem error={error} />;
  const webSocketApis = apis.filter(({ protocolType }) => protocolType === 'WEBSOCKET').filter(isServed);
  const httpApis = apis.filter(({ protocolType }) => protocolType === 'HTTP').filter(isServed);
  if (webSocketApis.length + httpApis.length === 0) return <NoApi />;

  const tabs: readonly Tab[] = [
    ...(webSocketApis.length === 0
      ? []
      : clients.all.map(({ id, state }) => ({ id: String(id), title: `Client ${id}`, note: state }))),
    ...(httpApis.length === 0 ? [] : [{ id: HTTP, title: 'HTTP request' }]),
  ];
  const selected = tabs.find(({ id }) => id === tabId) ?? tabs[0];
  const client = clients.all.find(({ id }) => String(id) === selected?.id);
  return (
    <div class="clients">
      <div class="tab-bar">
        <Tabs tabs={tabs} selectedId={selected?.id} onSelect={(id) => goTo('clients', id)} />
        {webSocketApis.length === 0 ? null : (
          <button type="button" onClick={() => goTo('clients', String(clients.add().id))}>
            New client
          </button>
        )}
      </div>
      <div class="panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${selected?.id}`}>
        {client !== undefined ? (
          <ClientPanel key={client.id} client={client} clients={clients} apis={webSocketApis} />
        ) : selected?.id === HTTP ? (
          <HttpPanel apis={httpApis} rows={rows} />
        ) : null}
      </div>
    </div>
  );
}

const HTTP = 'http';

/** Whether a stage of it can be reached by the gateway's address. */
const isServed = ({ stages }: ServedApi) => stages.some(({ path }) => path !== undefined);

function NoApi() {
  return (
    <div class="empty">
      <h2>There is no API to connect to</h2>
      <p>Start the gateway with a template, or deploy an API with a stage, then open this view again:</p>
      <pre tabIndex={0}>
        npx backchannel-gateway --template template.yaml --target your-nlb=127.0.0.1:3000
      </pre>
    </div>
  );
}
