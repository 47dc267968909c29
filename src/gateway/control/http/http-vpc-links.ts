import { LIMITS } from '../../limits.js';
import { ASSUMED_TEXTS } from '../../silent/control-choices.js';
import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { newResourceId } from '../resources/resource-id.js';
import { HTTP_VPC_LINK_FIELDS, HTTP_VPC_LINK_SETTINGS, type HttpVpcLink } from './http-vpc-link-fields.js';

/**
 * VPC links of v2, into a VPC: the only kind that HTTP APIs can use.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html
 */
export const httpVpcLinks: ResourceCollection<ControlPlane, HttpVpcLink> = {
  resourceType: 'VpcLink',
  quota: { items: LIMITS.vpcLinks, plural: 'VpcLinks', owner: 'account' },

  items: (plane) => plane.httpVpcLinks,
  /** H12.15. On AWS a link is pending for some minutes; here only in the response to its creation. */
  write: (link, { method }) => ({
    ...writeFields(HTTP_VPC_LINK_FIELDS, link),
    vpcLinkStatus: method === 'POST' ? 'PENDING' : 'AVAILABLE',
    vpcLinkStatusMessage:
      method === 'POST' ? 'VPC link is provisioning ENIs' : 'VPC link is ready to route traffic',
  }),

  create(plane, input) {
    const values = requireFields(readFields(HTTP_VPC_LINK_FIELDS, input), 'Name', 'SubnetIds');
    const { SubnetIds } = values;
    if (SubnetIds.length === 0 || SubnetIds.length > LIMITS.vpcLinkSubnets) {
      throw badRequest(
        `SubnetIds has ${SubnetIds.length} members; a VPC link has 1 to ${LIMITS.vpcLinkSubnets} subnets`,
      );
    }
    const link: HttpVpcLink = {
      SecurityGroupIds: [],
      Tags: {},
      ...values,
      VpcLinkId: newResourceId(
        'VpcLink',
        new Map<string, unknown>([...plane.vpcLinks, ...plane.httpVpcLinks]),
      ),
      VpcLinkVersion: 'V2',
      CreatedDate: plane.date(),
    };
    plane.httpVpcLinks.set(link.VpcLinkId, link);
    return link;
  },

  update(plane, link, input) {
    const updated: HttpVpcLink = { ...link, ...readFields(HTTP_VPC_LINK_SETTINGS, input) };
    plane.httpVpcLinks.set(link.VpcLinkId, updated);
    return updated;
  },

  delete(plane, { VpcLinkId }) {
    const used = plane
      .httpApis()
      .flatMap(({ api, integrations }) =>
        [...integrations.values()]
          .filter(({ ConnectionId }) => ConnectionId === VpcLinkId)
          .map(({ IntegrationId }) => `${api.ApiId}/${IntegrationId}`),
      );
    if (used.length > 0) throw badRequest(ASSUMED_TEXTS.vpcLinkInUse(VpcLinkId, used));
    plane.httpVpcLinks.delete(VpcLinkId);
  },
};
