import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, DefaultStackSynthesizer, type IStackSynthesizer, Tags } from 'aws-cdk-lib';
import { BackchannelStack } from './backchannel-stack.js';
import { type StackParameters } from './stack-parameters.js';

/**
 * The stack as one template for CloudFormation without the CDK: nothing to build or upload, no bootstrapping, no
 * metadata. Without the parameter `image`, the template has a parameter `Image`.
 */
export function plainTemplate(parameters: StackParameters): object {
  const outdir = mkdtempSync(join(tmpdir(), 'backchannel-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
    const stack = new BackchannelStack(app, 'Backchannel', {
      parameters,
      withoutAssets: true,
      stackName: parameters.name,
      description: DESCRIPTION,
      // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    });
    // tags with which only the CDK finds subnets
    for (const tag of ['aws-cdk:subnet-name', 'aws-cdk:subnet-type']) Tags.of(stack).remove(tag);
    return app.synth().getStackByName(parameters.name).template as object;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

export const DESCRIPTION = 'Backchannel: an HTTP service behind an API Gateway WebSocket API';
