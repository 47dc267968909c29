import { callGateway } from '../../api.js';
import { Problem } from '../../frame/problem.js';
import { useCommand } from '../../frame/use-command.js';
import { useDraft } from '../../frame/use-draft.js';
import { readHeaderLines } from '../timeline/tools/replay-parts.js';
import { type DescribedApi } from './described-api.js';

const NEW = { stage: '', route: '', request: 'GET /', query: '', headers: '', body: '' };

interface Explanation {
  readonly text: string;
  readonly isSent: boolean;
}

/** The exact request that the integration would receive. Nothing is sent. */
export function ExplainForm({ api }: { readonly api: DescribedApi }) {
  const isHttp = api.protocolType === 'HTTP';
  const [draft, setDraft] = useDraft(`explain ${api.apiId}`, NEW);
  const [result, setResult] = useDraft<Explanation | undefined>(`explained ${api.apiId}`, undefined);
  const change = (values: Partial<typeof NEW>) => setDraft({ ...draft, ...values });
  const { request, query, headers, body } = draft;
  // the stage and the route may have been deleted meanwhile
  const stageNames = api.stages.map(({ stageName }) => stageName);
  const stage = stageNames.includes(draft.stage) ? draft.stage : (stageNames[0] ?? '');
  const route = api.routes.some(({ routeKey }) => routeKey === draft.route) ? draft.route : '';
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
    <section class="card" aria-labelledby="explain-title">
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
            <input
              value={request}
              onInput={({ currentTarget }) => change({ request: currentTarget.value })}
            />
          </label>
        ) : (
          <div class="line">
            <label>
              Stage{' '}
              <select value={stage} onChange={({ currentTarget }) => change({ stage: currentTarget.value })}>
                {stageNames.map((stageName) => (
                  <option key={stageName}>{stageName}</option>
                ))}
              </select>
            </label>
            <label>
              Route{' '}
              <select value={route} onChange={({ currentTarget }) => change({ route: currentTarget.value })}>
                <option value="">selected by the message</option>
                {api.routes.map(({ routeKey }) => (
                  <option key={routeKey}>{routeKey}</option>
                ))}
              </select>
            </label>
            <label>
              Query string of the handshake{' '}
              <input value={query} onInput={({ currentTarget }) => change({ query: currentTarget.value })} />
            </label>
          </div>
        )}
        <label class="wide">
          {isHttp ? 'Headers' : 'Headers of the handshake'}
          <textarea
            rows={2}
            spellcheck={false}
            value={headers}
            onInput={({ currentTarget }) => change({ headers: currentTarget.value })}
          />
        </label>
        <label class="wide">
          {isHttp ? 'Body' : 'Message'}
          <textarea
            rows={4}
            spellcheck={false}
            value={body}
            onInput={({ currentTarget }) => change({ body: currentTarget.value })}
          />
        </label>
        <button class="primary" disabled={isRunning}>
          Explain
        </button>
      </form>
      <Problem error={error} />
      {result === undefined ? null : (
        <>
          <p class="explained" role="status">
            {result.isSent ? 'This would be sent:' : 'Nothing would be sent:'}
          </p>
          <pre tabIndex={0}>{result.text}</pre>
        </>
      )}
    </section>
  );
}
