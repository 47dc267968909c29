import { type ApiSummary } from '../api-summary.js';

export interface WantedStage {
  /** May be left out if there is only one. */
  readonly stage: string | undefined;
  /** Its logical id, name or id; required if several APIs have such a stage. */
  readonly api: string | undefined;
}

/**
 * The path of a stage; empty for the stage `$default` of the only HTTP API. If one HTTP API has such a stage, that of a
 * WebSocket API does not count: only handshakes and callbacks use it.
 *
 * @throws {Error} there is no such stage, or several
 */
export function stagePath(apis: readonly ApiSummary[], { stage, api }: WantedStage): string {
  const all = apis.flatMap((each) => each.stages.map((name) => ({ name, api: each })));
  const matching = all.filter(
    (each) =>
      (stage === undefined || each.name === stage) &&
      (api === undefined || [each.api.logicalId, each.api.name, each.api.apiId].includes(api)),
  );
  const ofHttp = matching.filter((each) => each.api.protocol === 'HTTP');
  const [found, another] = ofHttp.length > 0 ? ofHttp : matching;
  if (found !== undefined && another === undefined) {
    const path = found.name === '$default' ? '' : `/${found.name}`;
    // the path that a single API has on AWS, too
    return apis.length === 1 ? path : `/_apis/${found.api.apiId}${path}`;
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
