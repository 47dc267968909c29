import { callGateway } from '../../api.js';
import { useTestClients } from '../../clients/test-clients.js';
import { Facts } from '../../frame/facts.js';
import { Problem } from '../../frame/problem.js';
import { SendForm } from '../../frame/send-form.js';
import { useCommand } from '../../frame/use-command.js';
import { type ConnectionSummary } from '../../records/connections.js';
import { type Row } from '../../records/timeline.js';
import { SequenceDiagram } from './sequence-diagram.js';

interface ConnectionDetailProps {
  readonly connection: ConnectionSummary;
  readonly rows: readonly Row[];
  readonly onClose: () => void;
}

/** One connection: what is known of it, its sequence diagram, and what can be done with it. */
export function ConnectionDetail({ connection, rows, onClose }: ConnectionDetailProps) {
  const { connectionId, apiId, stage, state, since, lastActiveAt, open } = connection;
  const path = `connections/${encodeURIComponent(connectionId)}`;
  const testClient = useTestClients().of(connectionId);
  const { isRunning, error, run } = useCommand();
  const disconnect = () => run(async () => void (await callGateway(path, { method: 'DELETE' })));
  return (
    <article>
      <div class="story-head">
        <h2>Connection {connectionId}</h2>
        {state === 'open' ? (
          <button type="button" onClick={disconnect} disabled={isRunning}>
            Disconnect
          </button>
        ) : null}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      <Facts
        facts={[
          ['state', state],
          ['API, stage', `${apiId}, ${stage}`],
          ['since', since],
          ['last message', lastActiveAt],
          ['user', open?.user],
          ['from', open?.sourceIp],
          ['user agent', open?.userAgent],
        ]}
      />
      <Problem error={error} />
      {state === 'open' ? (
        <SendForm
          draftKey={`to ${connectionId}`}
          label="Message to the client"
          button="Send as the backend"
          onSend={async (message) => void (await callGateway(path, { method: 'POST', body: { message } }))}
        />
      ) : null}
      {testClient === undefined ? null : (
        <SendForm
          draftKey={`from ${connectionId}`}
          label="Message from the client"
          button="Send as the client"
          onSend={async (message) => testClient.send(message)}
        />
      )}
      <SequenceDiagram connectionId={connectionId} rows={rows} />
    </article>
  );
}
