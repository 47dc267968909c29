import { describe, expect, it } from 'vitest';
import { type HttpApis } from '../../../../src/gateway/control/http-snapshot.js';
import { selectStage } from '../../../../src/gateway/http/steps/select-stage.js';
import { apiRequest, servedStage } from '../../../support/http-api.js';

function select(path: string, names: readonly string[], customDomain?: { stage: string; basePath: string }) {
  const stages = new Map(names.map((name) => [name, servedStage({ routes: [] })]));
  const apis: Pick<HttpApis, 'httpStage'> = { httpStage: (_, name) => stages.get(name) };
  const selection = selectStage(apis, apiRequest({ path, customDomain }));
  return selection && [selection.name, selection.routePath];
}

describe('selectStage', () => {
  it.each([
    ['H1.03', '/pets/dog', ['$default', 'pets'], ['pets', '/dog']],
    ['H1.03', '/dogs/dog', ['$default', 'pets'], ['$default', '/dogs/dog']],
    ['H1.03', '/dogs/dog', ['pets'], undefined],
    ['H1.05', '/$default/x', ['$default'], ['$default', '/$default/x']],
    ['H1.07', '/dev', ['dev'], ['dev', '/']],
    ['H1.07', '/dev/', ['dev'], ['dev', '/']],
    ['whole parts', '/development', ['dev', '$default'], ['$default', '/development']],
    ['empty parts', '//dev', ['dev', '$default'], ['$default', '//dev']],
  ])('%s: %s of %j', (_, path, names, expected) => {
    expect(select(path, names)).toEqual(expected);
  });

  it('H1.12: takes the stage of the mapping behind a custom domain name', () => {
    const names = ['$default', 'dev', 'pets'];
    expect(select('/v1/pets', names, { stage: 'dev', basePath: 'v1' })).toEqual(['dev', '/pets']);
    expect(select('/v1', names, { stage: 'dev', basePath: 'v1' })).toEqual(['dev', '/']);
    expect(select('/pets', names, { stage: 'dev', basePath: '' })).toEqual(['dev', '/pets']);
    expect(select('/v1', [], { stage: 'dev', basePath: 'v1' })).toBeUndefined();
  });
});
