import { listOf, mapOf, text } from './field-kinds.js';
import { type Stored } from './fields.js';

/** The fields of a VPC link that a patch can replace. */
export const VPC_LINK_SETTINGS = {
  name: text({ min: 1, max: 128 }),
  description: text({ max: 1024 }),
};

export const VPC_LINK_FIELDS = {
  ...VPC_LINK_SETTINGS,
  /** AWS accepts exactly one. */
  targetArns: listOf(
    text({
      pattern: /^arn:[^:]+:elasticloadbalancing:[^:]*:[^:]*:loadbalancer\/net\/.+$/,
      form: 'the ARN of a network load balancer, arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{id}',
    }),
  ),
  tags: mapOf(text({ max: 256 })),
};

/** A VPC link of the REST control plane (v1): the only kind that WebSocket APIs can use. */
export type VpcLink = Omit<Stored<typeof VPC_LINK_FIELDS, 'name' | 'tags'>, 'targetArns'> & {
  readonly id: string;
  readonly targetArns: readonly [string];
  readonly status: 'AVAILABLE';
};
