import { useEffect, useState } from 'preact/hooks';
import { callGateway } from '../../api.js';
import { type ServedApi, useApis } from '../../apis.js';
import { Problem } from '../../frame/problem.js';

/** What to do while nothing is recorded, with the lines to paste. */
export function EmptyTimeline() {
  const { apis, error } = useApis();
  const recordsFromStart = useRecordsFromStart();
  return (
    <div class="empty">
      <h2>Nothing has happened yet</h2>
      <Problem error={error} />
      {apis === undefined ? null : <NextStep apis={apis} />}
      {recordsFromStart === undefined ? null : (
        <p class="hint">
          {recordsFromStart ? (
            'The gateway records everything since its start.'
          ) : (
            <>
              Recording began with the first reader, such as this page. Start the gateway with{' '}
              <code>--record 32mb</code> to record from its start.
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** Whether the gateway was started with `--record`; `undefined` while it is not known. */
function useRecordsFromStart(): boolean | undefined {
  const [result, setResult] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    callGateway<{ readonly recordsFromStart: boolean }>('health').then(
      (health) => setResult(health.recordsFromStart),
      // the sentence is left out; useApis shows the error
      () => undefined,
    );
  }, []);
  return result;
}

function NextStep({ apis }: { readonly apis: readonly ServedApi[] }) {
  if (apis.length === 0) {
    return (
      <>
        <p>
          The gateway has no API. Start it with a template, or deploy one with the AWS SDK, the CLI or the
          CDK:
        </p>
        <pre tabIndex={0}>
          npx backchannel-gateway --template template.yaml --target your-nlb=127.0.0.1:3000
        </pre>
      </>
    );
  }
  const lines = apis.flatMap(linesOf);
  if (lines.length === 0) return <p>No API has a stage yet. Create one, then send a message or a request.</p>;
  return (
    <>
      <p>
        Connect a client in <a href="#/clients">Clients</a>, or in a terminal:
      </p>
      <pre tabIndex={0}>{lines.join('\n')}</pre>
    </>
  );
}

/** One line for each stage that the gateway's address leads to. */
const linesOf = ({ protocolType, stages }: ServedApi): readonly string[] =>
  stages.flatMap(({ path }) => {
    if (path === undefined) return [];
    return protocolType === 'HTTP'
      ? [`curl -i "${location.origin}${path}"`]
      : [`npx wscat -c "${location.origin.replace('http', 'ws')}${path}"`];
  });
