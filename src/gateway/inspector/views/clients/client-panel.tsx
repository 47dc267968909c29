import { useEffect } from 'preact/hooks';
import { type ServedApi } from '../../apis.js';
import { type TestClient } from '../../clients/test-client.js';
import { type useTestClients } from '../../clients/test-clients.js';
import { hrefOf } from '../../frame/address.js';
import { JsonEditor } from '../../frame/json-editor.js';
import { Problem } from '../../frame/problem.js';
import { useCommand } from '../../frame/use-command.js';
import { useDraft } from '../../frame/use-draft.js';
import { goTo } from '../../frame/use-address.js';
import { LogView } from './log-view.js';
import { SavedMessages } from './saved-messages.js';
import { StageSelect } from './stage-select.js';

interface ClientPanelProps {
  readonly client: TestClient;
  readonly clients: ReturnType<typeof useTestClients>;
  readonly apis: readonly ServedApi[];
}

/** One test client: what it connects with, messages to send, and its log. */
export function ClientPanel({ client, clients, apis }: ClientPanelProps) {
  const { settings, state, url, log, connectionId } = client;
  const [message, setMessage] = useDraft(`client ${client.id}`, '');
  const { error, run } = useCommand();
  const paths = apis.flatMap(({ stages }) => stages.map(({ path }) => path));
  const isKnown = paths.includes(settings.path);
  useEffect(() => {
    const [first] = paths.filter((path) => path !== undefined);
    if (!isKnown && first !== undefined) clients.configure(client, { path: first });
  }, [isKnown]);
  const isClosed = state === 'closed';
  const toggle = () =>
    run(async () => {
      if (isClosed) client.connect();
      else client.disconnect();
    });
  const send = () => run(async () => client.send(message));
  return (
    <div class="client">
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          toggle();
        }}
      >
        <StageSelect
          apis={apis}
          path={settings.path}
          isDisabled={!isClosed}
          onSelect={(path) => clients.configure(client, { path })}
        />
        <label class="grow">
          Query string
          <input
            value={settings.query}
            placeholder="token=…"
            disabled={!isClosed}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => clients.configure(client, { query: currentTarget.value })}
          />
        </label>
        <label class="grow">
          Sub-protocols
          <input
            value={settings.protocols}
            placeholder="chat.v1, token-…"
            disabled={!isClosed}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => clients.configure(client, { protocols: currentTarget.value })}
          />
        </label>
        <button class="primary">{isClosed ? 'Connect' : 'Disconnect'}</button>
        {clients.all.length === 1 ? null : (
          <button
            type="button"
            onClick={() => {
              clients.remove(client);
              goTo('clients');
            }}
          >
            Remove
          </button>
        )}
      </form>
      <p class="hint">
        <code>{url}</code>{' '}
        {connectionId === undefined ? null : (
          <a href={hrefOf('connections', connectionId)}>connection {connectionId}</a>
        )}
      </p>
      <p class="hint">
        A browser sets no headers on a WebSocket: send a token in the query string or as a sub-protocol. With
        headers, use a terminal: <code>npx wscat -c "{url}" -H "Authorization: …"</code>
      </p>
      <Problem error={error} />
      <form
        class="send"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <JsonEditor label="Message" text={message} onChange={setMessage} onSubmit={send} />
        <div class="buttons">
          <button class="primary" disabled={state !== 'open'}>
            Send
          </button>
          <SavedMessages text={message} onSelect={setMessage} />
        </div>
      </form>
      <LogView
        lines={log.lines}
        onClear={() => {
          log.clear();
          clients.configure(client, {});
        }}
      />
    </div>
  );
}
