import { type Finding } from '../../findings.js';
import { type DescribedApi, resourceIdsOf } from './described-api.js';

interface FindingListProps {
  readonly api: DescribedApi;
  readonly apis: readonly DescribedApi[];
  readonly findings: readonly Finding[];
}

/** The findings of the API's resources, and those that belong to no API. */
export function FindingList({ api, apis, findings }: FindingListProps) {
  const own = resourceIdsOf(api);
  const ofOthers = new Set(apis.flatMap((each) => (each === api ? [] : [...resourceIdsOf(each)])));
  const shown = findings.filter(
    ({ resourceId }) => resourceId === undefined || own.has(resourceId) || !ofOthers.has(resourceId),
  );
  return (
    <section class="card" aria-labelledby="findings-title">
      <h2 id="findings-title">Lint</h2>
      {shown.length === 0 ? (
        <p>No finding. Only templates are checked, not what an SDK has created.</p>
      ) : (
        <ul class="findings">
          {shown.map(({ fileName, line, severity, rule, message, fix, logicalId }) => (
            <li key={`${fileName} ${line} ${rule} ${message}`}>
              <strong class={`severity ${severity}`}>
                {severity}: {rule}
              </strong>{' '}
              {logicalId}{' '}
              <span title={fileName}>
                ({baseName(fileName)}, line {line})
              </span>
              : {message}
              <br />
              <span class="hint">fix: {fix}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const baseName = (fileName: string) => fileName.split(/[/\\]/).at(-1);
