import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that is written file by file, as `cdk synth` does. */
export class AssemblyFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'assembly-'));

  /** @param content text, or what becomes JSON */
  write(file: string, content: string | object): string {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The artifact of a stack in a manifest. */
export const stackArtifact = (
  templateFile: string,
  dependencies: readonly string[] = [],
  more: object = {},
) => ({
  type: 'aws:cloudformation:stack',
  environment: 'aws://unknown-account/unknown-region',
  properties: { templateFile },
  dependencies,
  ...more,
});

export const API = {
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
};
