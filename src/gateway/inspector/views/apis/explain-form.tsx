import { useState } from 'preact/hooks';
import { callGateway } from '../../api.js';
import { Problem } from '../../frame/problem.js';
import { useCommand } from '../../frame/use-command.js';
import { readHeaderLines } from '../timeline/tools/replay-parts.js';
import { type DescribedApi } from './described-api.js';

/** The exact request that the integration would receive. Nothing is sent. */
export function ExplainForm({ api }: { readonly api: DescribedApi }) {
  const isHttp = api.protocolType === 'HTTP';
  const [stage, setStage] = useState(api.stages[0]?.stageName ?? '');
  const [route, setRoute] = useState('');
  const [request, setRequest] = useState('GET /');
  const [query, setQuery] = useState('');
  const [headers, setHeaders] = useState('');
  const [body, setBody] = useState('');
  const [result, setResult] = useState<{ readonly text: string; readonly isSent: boolean } | undefined>(
    undefined,
  );
  const { isRunning, error, run } = useCommand();
  const explain = () =>
    run(async () => {
      setResult(undefined);
      const lines = readHeaderLines(headers);
      const of = isHttp
        ? { request }
        : { stage, ...(route !== '' && { route }), ...(query !== '' && { query }) };
      const more = { ...(body !== '' && { body }), ...(lines.length > 0 && { headers: lines }) };
      setResult(await callGateway('explain', { method: 'POST', body: { apiId: api.apiId, ...of, ...more } }));
    });
  return (
    <section class="panel wide-panel" aria-labelledby="explain-title">
      <h2 id="explain-title">Explain</h2>
      <p>What the integration would receive. Nothing is sent.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          explain();
        }}
      >
        {isHttp ? (
          <label class="wide">
            Request
            <input value={request} onInput={({ currentTarget }) => setRequest(currentTarget.value)} />
          </label>
        ) : (
          <div class="fields">
            <label>
              Stage{' '}
              <select value={stage} onChange={({ currentTarget }) => setStage(currentTarget.value)}>
                {api.stages.map(({ stageName }) => (
                  <option key={stageName}>{stageName}</option>
                ))}
              </select>
            </label>
            <label>
              Route{' '}
              <select value={route} onChange={({ currentTarget }) => setRoute(currentTarget.value)}>
                <option value="">selected by the message</option>
                {api.routes.map(({ routeKey }) => (
                  <option key={routeKey}>{routeKey}</option>
                ))}
              </select>
            </label>
            <label>
              Query string of the handshake{' '}
              <input value={query} onInput={({ currentTarget }) => setQuery(currentTarget.value)} />
            </label>
          </div>
        )}
        <label class="wide">
          {isHttp ? 'Headers' : 'Headers of the handshake'}
          <textarea
            rows={2}
            spellcheck={false}
            value={headers}
            onInput={({ currentTarget }) => setHeaders(currentTarget.value)}
          />
        </label>
        <label class="wide">
          {isHttp ? 'Body' : 'Message'}
          <textarea
            rows={4}
            spellcheck={false}
            value={body}
            onInput={({ currentTarget }) => setBody(currentTarget.value)}
          />
        </label>
        <button class="primary" disabled={isRunning}>
          Explain
        </button>
      </form>
      <Problem error={error} />
      {result === undefined ? null : (
        <>
          <p role="status">{result.isSent ? 'This would be sent:' : 'Nothing would be sent:'}</p>
          <pre tabIndex={0}>{result.text}</pre>
        </>
      )}
    </section>
  );
}
