import { type GatewayEvent } from '../recorder/gateway-event.js';
import { awsCli } from './aws-cli.js';
import { type Copy, type CopyContext } from './copy.js';
import { curlOfClient, curlOfIntegration } from './curl.js';
import { pytestTest } from './pytest-test.js';
import { vitestTest } from './vitest-test.js';
import { wscat } from './wscat.js';

/** What can be taken along from an event: commands that send the same again, and tests that expect the same. */
export const takeAlong = (event: GatewayEvent, context: CopyContext): readonly Copy[] => [
  ...wscat(event, context),
  ...curlOfClient(event, context),
  ...curlOfIntegration(event),
  ...awsCli(event, context),
  ...vitestTest(event, context),
  ...pytestTest(event, context),
];
