import { type ServedApi, useApis } from '../../apis.js';
import { Problem } from '../../frame/problem.js';

/** What to do while nothing is recorded, with the lines to paste. */
export function EmptyTimeline() {
  const { apis, error } = useApis();
  return (
    <div class="empty">
      <h2>Nothing has happened yet</h2>
      <Problem error={error} />
      {apis === undefined ? null : <NextStep apis={apis} />}
      <p class="hint">
        Recording began when this page was opened, unless the gateway was started with{' '}
        <code>--record 32mb</code>.
      </p>
    </div>
  );
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
      <p>Connect a client in a terminal, or send a request:</p>
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
