import { useState } from 'preact/hooks';
import { type GatewayEvent } from '../../../../recorder/gateway-event.js';
import { callGateway } from '../../../api.js';
import { Problem } from '../../../frame/problem.js';
import { useCommand } from '../../../frame/use-command.js';
import { Comparison } from './comparison.js';
import { headerLines, readHeaderLines, type ReplayPart } from './replay-parts.js';

interface ReplayPanelProps {
  readonly event: GatewayEvent;
  readonly parts: readonly ReplayPart[];
}

/** Sends a part of an event again, edited if wanted, and compares the two runs. */
export function ReplayPanel({ event, parts }: ReplayPanelProps) {
  const [chosen, setChosen] = useState(0);
  const part = parts[chosen]!;
  return (
    <section class="tool" aria-label="Replay">
      <label>
        Send again{' '}
        <select
          value={String(chosen)}
          onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
        >
          {parts.map(({ title }, index) => (
            <option key={title} value={String(index)}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <PartForm key={chosen} event={event} part={part} />
    </section>
  );
}

function PartForm({ event, part }: { readonly event: GatewayEvent; readonly part: ReplayPart }) {
  const { isRunning, error, run } = useCommand();
  const [result, setResult] = useState<GatewayEvent | undefined>(undefined);
  const isFrame = event.type === 'message' && part.part === 'client';
  const [connection, setConnection] = useState('same');
  const [method, setMethod] = useState(part.method ?? '');
  const [url, setUrl] = useState(part.url ?? '');
  const [headers, setHeaders] = useState(headerLines(part.headers ?? []));
  const [body, setBody] = useState(part.body?.text ?? '');
  const isText = part.body?.isBase64 !== true;
  const send = () =>
    run(async () => {
      const changes = {
        ...(method !== (part.method ?? '') && { method }),
        ...(url !== (part.url ?? '') && { url }),
        ...(headers !== headerLines(part.headers ?? []) && { headers: readHeaderLines(headers) }),
        ...(body !== (part.body?.text ?? '') && { body }),
      };
      setResult(
        await callGateway<GatewayEvent>('replay', {
          method: 'POST',
          body: { eventId: event.id, part: part.part, changes, ...(isFrame && { connection }) },
        }),
      );
    });
  return (
    <form
      onSubmit={(submitted) => {
        submitted.preventDefault();
        send();
      }}
    >
      {isFrame ? (
        <label>
          on{' '}
          <select value={connection} onChange={({ currentTarget }) => setConnection(currentTarget.value)}>
            <option value="same">its connection</option>
            <option value="new">a new connection with the same handshake</option>
          </select>
        </label>
      ) : null}
      {part.method === undefined ? null : (
        <label>
          Method <input value={method} onInput={({ currentTarget }) => setMethod(currentTarget.value)} />
        </label>
      )}
      {part.url === undefined ? null : (
        <label class="wide">
          URL <input value={url} onInput={({ currentTarget }) => setUrl(currentTarget.value)} />
        </label>
      )}
      {part.headers === undefined ? null : (
        <label class="wide">
          Headers
          <textarea
            rows={4}
            spellcheck={false}
            value={headers}
            onInput={({ currentTarget }) => setHeaders(currentTarget.value)}
          />
        </label>
      )}
      {part.headers !== undefined && part.body === undefined && event.type === 'handshake' ? null : (
        <label class="wide">
          {isFrame ? 'Frame' : 'Body'}
          <textarea
            rows={5}
            spellcheck={false}
            disabled={!isText}
            value={body}
            onInput={({ currentTarget }) => setBody(currentTarget.value)}
          />
        </label>
      )}
      <p class="hint">What you do not change is sent as it was, also what is shown as ***.</p>
      <button class="primary" disabled={isRunning}>
        {isRunning ? 'Sending …' : 'Send again'}
      </button>
      <Problem error={error} />
      {result === undefined ? null : <Comparison before={event} after={result} part={part.part} />}
    </form>
  );
}
