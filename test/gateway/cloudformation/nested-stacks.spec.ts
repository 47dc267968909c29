import { beforeEach, describe, expect, it } from 'vitest';
import { LoadedTemplates } from '../../../src/gateway/cloudformation/loaded-templates.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';

const SETTINGS = { region: 'eu-central-1', accountId: '123456789012' };

const NESTED = `
Parameters:
  Host: { Type: String }
  Stages: { Type: CommaDelimitedList }
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: !Select [1, !Ref Stages], ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationMethod: POST, IntegrationUri: !Sub 'http://\${Host}/' }
Outputs:
  ApiId: { Value: !Ref Api }
`;

const PARENT = `
Parameters:
  Host: { Type: String, Default: parent.example }
Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !GetAtt Nested.Outputs.ApiId, StageName: dev }
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: https://s3/nested.json, Parameters: { Host: !Ref Host, Stages: [one, two] } }
`;

const FILES = [
  {
    fileName: 'parent.yml',
    text: PARENT,
    nested: new Map([['Nested', { fileName: 'nested.yml', text: NESTED }]]),
  },
];

describe('a nested stack', () => {
  let plane: ControlPlane;
  let templates: LoadedTemplates;
  beforeEach(() => {
    plane = new ControlPlane(SETTINGS);
    templates = new LoadedTemplates(plane, SETTINGS);
  });

  it('has the parameters that its parent passes, and gives its outputs to its parent', () => {
    const loaded = templates.replace(FILES, new Map());
    expect(loaded.map(({ fileName }) => fileName)).toEqual(['parent.yml', 'nested.yml']);
    const [api] = plane.webSocketApis();
    expect(api?.api.Name).toBe('two');
    expect([...(api?.integrations.values() ?? [])]).toMatchObject([
      { IntegrationUri: 'http://parent.example/' },
    ]);
    expect([...(api?.stages.keys() ?? [])]).toEqual(['dev']);
    expect(loaded[0]?.created.map(({ logicalId }) => logicalId).toSorted()).toEqual(['Nested', 'Stage']);
  });

  it('keeps the ids of its resources when it is loaded again', () => {
    const idsOf = () => [...plane.apis.keys()];
    templates.replace(FILES, new Map());
    const before = idsOf();
    templates.replace(FILES, new Map([['Host', 'other.example']]));
    expect(idsOf()).toEqual(before);
  });

  it('names its own file when AWS would refuse it', () => {
    const wrong = { fileName: 'nested.yml', text: NESTED.replace('IntegrationMethod: POST, ', '') };
    const [parent] = FILES;
    expect(() =>
      templates.replace(
        [{ fileName: 'parent.yml', text: parent?.text ?? '', nested: new Map([['Nested', wrong]]) }],
        new Map(),
      ),
    ).toThrow(/^nested\.yml:\d+:\d+: Integration /);
  });
});
