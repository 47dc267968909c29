import { ASSUMED_TEXTS } from '../../silent/control-choices.js';
import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { VPC_LINK_FIELDS, VPC_LINK_SETTINGS, type VpcLink } from '../fields/vpc-link-fields.js';
import { readPatch } from '../operations/patch-document.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { newResourceId } from './resource-id.js';

/**
 * VPC links of the REST control plane, each to a network load balancer: the only kind that WebSocket APIs can use.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateVpcLink.html
 */
export const vpcLinks: ResourceCollection<ControlPlane, VpcLink> = {
  resourceType: 'VpcLink',

  items: (plane) => plane.vpcLinks,
  write: (link) => writeFields(VPC_LINK_FIELDS, link),

  create(plane, input) {
    const { targetArns, ...values } = requireFields(readFields(VPC_LINK_FIELDS, input), 'name', 'targetArns');
    const [targetArn, ...others] = targetArns;
    if (targetArn === undefined || others.length > 0) {
      throw badRequest(
        `targetArns has ${targetArns.length} members; a VPC link has one network load balancer`,
      );
    }
    const link: VpcLink = {
      tags: {},
      ...values,
      id: newResourceId('VpcLink', plane.vpcLinks),
      targetArns: [targetArn],
      // on AWS PENDING for some minutes
      status: 'AVAILABLE',
    };
    plane.vpcLinks.set(link.id, link);
    return link;
  },

  update(plane, link, input) {
    const operations = readPatch(input, ['replace /name', 'replace /description']);
    const replaced = operations.map(({ path, value }) => [path.slice(1), value] as const);
    const updated: VpcLink = { ...link, ...readFields(VPC_LINK_SETTINGS, Object.fromEntries(replaced)) };
    plane.vpcLinks.set(link.id, updated);
    return updated;
  },

  delete(plane, { id }) {
    const used = plane
      .webSocketApis()
      .flatMap(({ api, integrations }) =>
        [...integrations.values()]
          .filter(({ ConnectionId }) => ConnectionId === id)
          .map(({ IntegrationId }) => `${api.ApiId}/${IntegrationId}`),
      );
    if (used.length > 0) {
      throw badRequest(ASSUMED_TEXTS.vpcLinkInUse(id, used));
    }
    plane.vpcLinks.delete(id);
  },
};
