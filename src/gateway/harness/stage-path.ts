import { type ApiSummary } from '../gateway.js';

/**
 * The path of a stage.
 *
 * @param stage may be left out if there is only one
 * @param api its logical id, name or id; required if several APIs have such a stage
 * @throws {Error} there is no such stage, or several
 */
export function stagePath(
  apis: readonly ApiSummary[],
  stage: string | undefined,
  api: string | undefined,
): string {
  const all = apis.flatMap((each) => each.stages.map((name) => ({ name, api: each })));
  const matching = all.filter(
    (each) =>
      (stage === undefined || each.name === stage) &&
      (api === undefined || [each.api.logicalId, each.api.name, each.api.apiId].includes(api)),
  );
  const [found, another] = matching;
  if (found !== undefined && another === undefined) {
    // the path that a single API has on AWS, too
    return apis.length === 1 ? `/${found.name}` : `/_apis/${found.api.apiId}/${found.name}`;
  }
  const wanted = [stage ?? 'any', ...(api === undefined ? [] : [`of the API ${api}`])].join(' ');
  const known = (found === undefined ? all : matching).map(
    (each) => `${each.name} of ${each.api.logicalId ?? each.api.name}`,
  );
  throw new Error(
    `${found === undefined ? 'there is no stage' : 'there are several stages'} (${wanted}): ${
      known.length === 0 ? 'no API has a stage' : `the stages are ${known.join(', ')}`
    }`,
  );
}
