import { type DeployedIntegration } from '../../src/gateway/control/snapshot.js';
import { parseParameterMapping } from '../../src/gateway/mapping/request-parameters.js';

/**
 * An integration of a snapshot: by default an HTTP proxy without mappings.
 *
 * @param parameters destination → source
 */
export const deployedIntegration = (
  values: Partial<DeployedIntegration>,
  parameters: Record<string, string> = {},
): DeployedIntegration => ({
  type: 'HTTP_PROXY',
  method: 'POST',
  uri: 'http://backend.example/',
  vpcLinkId: undefined,
  timeoutMs: 29_000,
  passthrough: 'WHEN_NO_MATCH',
  contentHandling: undefined,
  requestTemplates: { selection: undefined, byKey: new Map() },
  responses: [],
  undeclared: [],
  parameters: Object.entries(parameters).map(([to, from]) => parseParameterMapping(to, from)),
  ...values,
});
