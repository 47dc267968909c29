import { useMemo } from 'preact/hooks';
import { useApis } from '../../apis.js';
import { RowHeads, type RowHead } from '../../frame/row-heads.js';
import { Problem } from '../../frame/problem.js';
import { select } from '../../frame/use-address.js';
import { useListKeys } from '../../frame/use-list-keys.js';
import { VirtualList } from '../../frame/virtual-list.js';
import { shortId } from '../../../story/short-id.js';
import { type ConnectionSummary } from '../../records/connections.js';
import { useConnections } from '../../records/use-connections.js';
import { type View, type ViewProps } from '../view.js';
import { ConnectionDetail } from './connection-detail.js';

const ROW_PX = 26;

export const CONNECTIONS: View = {
  name: 'connections',
  title: 'Connections',
  keys: [
    { keys: ['j', '↓'], text: 'next connection' },
    { keys: ['k', '↑'], text: 'previous connection' },
    { keys: ['Enter'], text: 'go to the connection' },
    { keys: ['Esc'], text: 'close it' },
  ],
  Content: ConnectionsView,
};

/** The connections, and what one of them has sent and received. */
function ConnectionsView({ records: { rows }, path: [selectedId] }: ViewProps) {
  const { connections, error } = useConnections(rows);
  const names = useApiNames();
  const selected = connections.find(({ connectionId }) => connectionId === selectedId);
  const open = connections.filter(({ state }) => state === 'open').length;
  useListKeys({
    view: 'connections',
    keys: () => connections.map(({ connectionId }) => connectionId),
    selected: selectedId,
    listId: 'connections',
    detailId: 'connection',
  });
  return (
    <div class={selected === undefined ? 'split' : 'split has-detail'}>
      <section class="list connections" aria-label="Connections">
        <p class="list-head">
          <strong>{open} open</strong>, {connections.length - open} closed, as far as they are recorded
        </p>
        <Problem error={error} />
        {connections.length > 0 ? null : (
          <div class="empty">
            <h2>No client has connected yet</h2>
            <p>
              Open one in <a href="#/clients">Clients</a>, or connect your own. Its connection appears here,
              with everything that it sends and receives.
            </p>
          </div>
        )}
        {connections.length === 0 ? null : <RowHeads rowClass="connection-row" heads={HEADS} />}
        <VirtualList
          id="connections"
          label="Connections"
          items={connections}
          keyOf={({ connectionId }) => connectionId}
          rowPx={ROW_PX}
          selectedKey={selectedId ?? NEWEST_FIRST}
          onSelect={({ connectionId }) => select('connections', connectionId)}
          classOf={({ state }) => `connection-row ${state}`}
        >
          {(connection) => <Cells connection={connection} apiName={names.get(connection.apiId)} />}
        </VirtualList>
      </section>
      <section class="detail" id="connection" tabIndex={-1} aria-label="Connection">
        {selected === undefined ? null : (
          <ConnectionDetail
            key={selected.connectionId}
            connection={selected}
            rows={rows}
            onClose={() => select('connections')}
          />
        )}
      </section>
    </div>
  );
}

const HEADS: readonly RowHead[] = [
  ['state-head', 'state'],
  ['id-head', 'id', 'the first characters of the connection id'],
  ['api-head', 'API · stage'],
  ['user', 'user or IP'],
  ['count both', 'messages', 'messages of the client, and messages to it'],
  ['time', 'since, UTC'],
  ['time last', 'last, UTC', 'the last message'],
];

/** No row has this key, so that the list does not follow its end. */
const NEWEST_FIRST = '';

interface CellsProps {
  readonly connection: ConnectionSummary;
  readonly apiName: string | undefined;
}

function Cells({ connection, apiName }: CellsProps) {
  const { connectionId, apiId, stage, state, since, lastActiveAt, messagesIn, messagesOut, open } =
    connection;
  return (
    <>
      <span class={`state-word ${state}`}>{state}</span>
      <span title={connectionId}>{shortId(connectionId)}</span>
      <span class="subject" title={apiId}>
        {apiName ?? apiId} · {stage}
      </span>
      <span class="user" title={open?.userAgent}>
        {open?.user ?? open?.sourceIp}
      </span>
      <span class="count" title="messages of the client">
        {messagesIn} in
      </span>
      <span class="count" title="messages to the client">
        {messagesOut} out
      </span>
      <span class="time" title={`since ${since}`}>
        {timeOfDay(since)}
      </span>
      <span class="time last" title={`last message ${lastActiveAt}`}>
        {timeOfDay(lastActiveAt)}
      </span>
    </>
  );
}

/** `20:44:54`, in UTC as in all records. */
const timeOfDay = (iso: string) => iso.slice(11, 19);

function useApiNames(): ReadonlyMap<string, string> {
  const { apis = [] } = useApis();
  return useMemo(() => new Map(apis.map(({ apiId, name }) => [apiId, name])), [apis]);
}
