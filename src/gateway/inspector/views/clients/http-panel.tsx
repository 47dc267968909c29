import { useState } from 'preact/hooks';
import { type ServedApi } from '../../apis.js';
import { type HttpRequest, type HttpResult, sendHttpRequest } from '../../clients/http-request.js';
import { hrefOf } from '../../frame/address.js';
import { indented } from '../../frame/indented.js';
import { JsonEditor } from '../../frame/json-editor.js';
import { Problem } from '../../frame/problem.js';
import { hasTexts, readStored, store } from '../../frame/stored.js';
import { useCommand } from '../../frame/use-command.js';
import { useDraft } from '../../frame/use-draft.js';
import { type Row } from '../../records/timeline.js';
import { durationText } from '../../../story/event-text.js';
import { StageSelect } from './stage-select.js';

const KEY = 'http-request';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const NEW: HttpRequest = { method: 'GET', path: '/', headers: '', body: '' };

interface HttpPanelProps {
  readonly apis: readonly ServedApi[];
  readonly rows: readonly Row[];
}

/** Composes a request to an HTTP API, and shows the response. */
export function HttpPanel({ apis, rows }: HttpPanelProps) {
  const [request, setRequest] = useState(() => readStored(KEY, isRequest) ?? NEW);
  const [chosenPath, setChosenPath] = useDraft<string | undefined>('http stage', undefined);
  const [result, setResult] = useDraft<HttpResult | undefined>('http result', undefined);
  const paths = stagePathsOf(apis);
  const stagePath = chosenPath !== undefined && paths.includes(chosenPath) ? chosenPath : (paths[0] ?? '/');
  const { isRunning, error, run } = useCommand();
  const change = (values: Partial<HttpRequest>) => {
    const next = { ...request, ...values };
    setRequest(next);
    store(KEY, next);
  };
  const path = `${stagePath.replace(/\/$/, '')}${request.path.startsWith('/') ? '' : '/'}${request.path}`;
  const send = () =>
    run(async () => {
      setResult(undefined);
      setResult(await sendHttpRequest({ ...request, path }));
    });
  return (
    <form
      class="client"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="fields">
        <StageSelect apis={apis} path={stagePath} onSelect={setChosenPath} />
        <label>
          Method
          <select
            value={request.method}
            onChange={({ currentTarget }) => change({ method: currentTarget.value })}
          >
            {METHODS.map((method) => (
              <option key={method}>{method}</option>
            ))}
          </select>
        </label>
        <label class="grow">
          Path and query
          <input
            value={request.path}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => change({ path: currentTarget.value })}
          />
        </label>
        <button class="primary" disabled={isRunning}>
          Send
        </button>
      </div>
      <RouteHints apis={apis} stagePath={stagePath} />
      <label class="block">
        Headers, one a line
        <textarea
          rows={2}
          spellcheck={false}
          placeholder="Authorization: Bearer …"
          value={request.headers}
          onInput={({ currentTarget }) => change({ headers: currentTarget.value })}
        />
      </label>
      <JsonEditor label="Body" text={request.body} onChange={(body) => change({ body })} onSubmit={send} />
      <Problem error={error} />
      {result === undefined ? null : <Result result={result} rows={rows} />}
    </form>
  );
}

const isRequest = (value: unknown): value is HttpRequest =>
  hasTexts(value, ['method', 'path', 'headers', 'body']);

const stagePathsOf = (apis: readonly ServedApi[]) =>
  apis.flatMap(({ stages }) => stages.flatMap(({ path }) => path ?? []));

/** The routes of the chosen stage, so that one need not look them up. */
function RouteHints({
  apis,
  stagePath,
}: {
  readonly apis: readonly ServedApi[];
  readonly stagePath: string;
}) {
  const stage = apis.flatMap(({ stages }) => stages).find(({ path }) => path === stagePath);
  return stage === undefined ? null : (
    <p class="hint">
      Routes: <code>{stage.deployedRouteKeys.join(', ') || 'none is deployed'}</code>
    </p>
  );
}

function Result({ result, rows }: { readonly result: HttpResult; readonly rows: readonly Row[] }) {
  const { status, headers, text, durationMs, requestId } = result;
  const row = rows.find(({ event }) => event.requestId !== undefined && event.requestId === requestId);
  return (
    <section class="response" aria-label="Response">
      <h3 class={status >= 400 ? 'outcome failed' : 'outcome'}>
        {status} in {durationText(durationMs)}
      </h3>
      {row === undefined ? null : <a href={hrefOf('timeline', String(row.event.id))}>story</a>}
      <table>
        <tbody>
          {headers.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {text === '' ? <p class="hint">no body</p> : <pre tabIndex={0}>{indented(text)}</pre>}
    </section>
  );
}
