import { describe, expect, it } from 'vitest';
import { type VpcLink } from '../../../src/gateway/control/fields/vpc-link-fields.js';
import { findTarget, NoVpcLinkError } from '../../../src/gateway/integrations/find-target.js';
import { TargetPool } from '../../../src/gateway/integrations/target-pool.js';

const arn = 'arn:aws:elasticloadbalancing:us-east-1:123412341234:loadbalancer/net/my-nlb/50dc6c495c0c9188';
const links = new Map<string, VpcLink>([
  ['abc123', { id: 'abc123', name: 'link', targetArns: [arn], status: 'AVAILABLE', tags: {} }],
]);
const find = (url: string, vpcLinkId: string | undefined, targets: Record<string, string> = {}) =>
  findTarget(new URL(url), vpcLinkId, (id) => links.get(id), new TargetPool(new Map(Object.entries(targets))))
    .origin;

describe('a request of a WebSocket API is sent', () => {
  it("over the Internet to the URI's host, regardless of targets", () => {
    expect(find('http://backend.example:3000/x', undefined, { 'my-nlb': '127.0.0.1' })).toBe(
      'http://backend.example:3000',
    );
  });

  it("through a VPC link to the URI's host by default", () => {
    expect(find('http://my-nlb.elb.example:3000/x', 'abc123')).toBe('http://my-nlb.elb.example:3000');
  });

  it.each(['my-nlb', arn])('through a VPC link to the target of the load balancer %s', (name) => {
    expect(find('http://my-nlb.elb.example:3000/x', 'abc123', { [name]: '127.0.0.1:4000' })).toBe(
      'http://127.0.0.1:4000',
    );
  });

  it("to the URI's port when the target has none", () => {
    expect(find('http://my-nlb.elb.example:3000/x', 'abc123', { 'my-nlb': 'localhost' })).toBe(
      'http://localhost:3000',
    );
  });

  it('nowhere through a VPC link that does not exist', () => {
    expect(() => find('http://my-nlb.elb.example/x', 'none')).toThrow(NoVpcLinkError);
  });
});
