import { listOf, text } from '../fields/field-kinds.js';
import { type Stored } from '../fields/fields.js';
import { TAGS } from '../fields/shared-fields.js';

/** The fields of a VPC link that an update can change: subnets and security groups cannot (H5.15). */
export const HTTP_VPC_LINK_SETTINGS = { Name: text({ min: 1, max: 128 }) };

export const HTTP_VPC_LINK_FIELDS = {
  ...HTTP_VPC_LINK_SETTINGS,
  SubnetIds: listOf(text({ min: 1 })),
  SecurityGroupIds: listOf(text({ min: 1 })),
  Tags: TAGS,
};

/** A VPC link of v2: the only kind that HTTP APIs can use. Where it leads, `--target` says. */
export type HttpVpcLink = Stored<typeof HTTP_VPC_LINK_FIELDS, keyof typeof HTTP_VPC_LINK_FIELDS> & {
  readonly VpcLinkId: string;
  readonly VpcLinkVersion: 'V2';
  /** ISO 8601, in whole seconds. */
  readonly CreatedDate: string;
};
