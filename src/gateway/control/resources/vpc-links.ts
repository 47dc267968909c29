import { type Collection } from '../operations/resource-collection.js';
import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { listOf, mapOf, readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { readPatch } from '../operations/patch-document.js';
import { newResourceId } from './resource-id.js';
import { type VpcLink } from '../resources.js';

const SETTINGS = {
  name: text({ min: 1, max: 128 }),
  description: text({ max: 1024 }),
};
const FIELDS = {
  ...SETTINGS,
  targetArns: listOf(
    text({
      pattern: /^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:loadbalancer\/net\/.+$/,
      form: 'the ARN of a network load balancer, arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{id}',
    }),
  ),
  tags: mapOf(text({ max: 256 })),
};
/**
 * VPC links of the REST control plane: to a network load balancer, and the only kind that WebSocket APIs can use.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateVpcLink.html
 */
export const vpcLinks: Collection<ControlPlane, VpcLink> = {
  resourceType: 'VpcLink',

  items: (plane) => plane.vpcLinks,
  write: (link) => writeFields(FIELDS, link),

  create(plane, input) {
    const { targetArns, ...values } = requireFields(readFields(FIELDS, input), 'name', 'targetArns');
    const [targetArn, ...more] = targetArns;
    if (targetArn === undefined || more.length > 0) {
      throw badRequest(
        `targetArns has ${targetArns.length} members; a VPC link has one network load balancer`,
      );
    }
    const link: VpcLink = {
      tags: {},
      ...values,
      id: newResourceId('VpcLink', plane.vpcLinks),
      targetArns: [targetArn],
      // AWS takes minutes (PENDING); nothing has to be built here
      status: 'AVAILABLE',
    };
    plane.vpcLinks.set(link.id, link);
    return link;
  },

  update(plane, link, input) {
    const operations = readPatch(input, ['replace /name', 'replace /description']);
    const replaced = operations.map(({ path, value }) => [path.slice(1), value] as const);
    const updated: VpcLink = { ...link, ...readFields(SETTINGS, Object.fromEntries(replaced)) };
    plane.vpcLinks.set(link.id, updated);
    return updated;
  },

  delete(plane, { id }) {
    const users = plane.apis.values().flatMap(({ api, integrations }) =>
      integrations
        .values()
        .filter(({ ConnectionId }) => ConnectionId === id)
        .map(({ IntegrationId }) => `${api.ApiId}/${IntegrationId}`),
    );
    const used = users.toArray();
    if (used.length > 0) {
      // refused unless referenced by a stage variable, documented for REST APIs:
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
      throw badRequest(
        `Cannot delete vpc link. Vpc link '${id}' is referenced by integrations: [${used.join(', ')}]`,
      );
    }
    plane.vpcLinks.delete(id);
  },
};
