import { useEffect, useState } from 'preact/hooks';

/** What to do while nothing is recorded, with a line to paste. */
export function EmptyTimeline() {
  const [stages, setStages] = useState<readonly string[] | undefined>(undefined);
  useEffect(() => void readStages().then(setStages), []);
  const url = `${location.origin.replace('http', 'ws')}/`;
  return (
    <div class="empty">
      <h2>Nothing has happened yet</h2>
      {stages?.length === 0 ? (
        <>
          <p>
            The gateway has no API. Start it with a template, or deploy one by the AWS SDK, the CLI or the
            CDK:
          </p>
          <pre tabIndex={0}>
            npx backchannel-gateway --template template.yaml --target your-nlb=127.0.0.1:3000
          </pre>
        </>
      ) : (
        <>
          <p>Connect a client in a terminal, and send a message:</p>
          <pre tabIndex={0}>
            {(stages ?? ['STAGE']).map((stage) => `npx wscat -c "${url}${stage}"`).join('\n')}
          </pre>
        </>
      )}
      <p class="hint">
        Recording began when this page was opened, unless the gateway was started with{' '}
        <code>--record 32mb</code>.
      </p>
    </div>
  );
}

/**
 * The paths of the stages. The control plane has them; it needs the admin token, if there is one, in a header that the
 * page does not have.
 *
 * @returns `undefined` if they are not known
 */
async function readStages(): Promise<readonly string[] | undefined> {
  const apis = await readNames('/v2/apis', 'apiId');
  if (apis === undefined) return undefined;
  const stages = await Promise.all(
    apis.map(async (apiId) => {
      const names = (await readNames(`/v2/apis/${apiId}/stages`, 'stageName')) ?? [];
      return names.map((name) => (apis.length === 1 ? name : `_apis/${apiId}/${name}`));
    }),
  );
  return stages.flat();
}

async function readNames(path: string, name: string): Promise<readonly string[] | undefined> {
  try {
    const response = await fetch(path);
    if (!response.ok) return undefined;
    const { items } = (await response.json()) as {
      readonly items: readonly Readonly<Record<string, string>>[];
    };
    return items.flatMap((item) => item[name] ?? []);
  } catch {
    return undefined;
  }
}
