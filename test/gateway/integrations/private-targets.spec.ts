import { describe, expect, it } from 'vitest';
import { IntegrationFailedError } from '../../../src/gateway/integrations/integration-errors.js';
import { privateTargets } from '../../../src/gateway/integrations/private-targets.js';
import { TargetPool } from '../../../src/gateway/integrations/target-pool.js';

const ELB = 'arn:aws:elasticloadbalancing:us-east-1:123412341234';
const LISTENER = `${ELB}:listener/app/books-lb/LoadBalancer/HttpListener`;
const SERVICE = 'arn:aws:servicediscovery:us-east-1:123412341234:service/srv-BooksService/books/EcsService';

const targetsAt = (name: string, address: string) =>
  privateTargets(new Map([['abc123', {}]]), () => new TargetPool(new Map([[name, address]])));

const find = (uri: string, name: string, link = 'abc123') =>
  targetsAt(name, '127.0.0.1:4000').next(uri, link, 'http').address;

describe('the target of a private integration', () => {
  it.each([
    ["the listener's ARN", LISTENER, LISTENER],
    ["the listener's logical id", LISTENER, 'HttpListener'],
    ["the load balancer's ARN", LISTENER, `${ELB}:loadbalancer/app/books-lb/LoadBalancer`],
    ["the load balancer's name", LISTENER, 'books-lb'],
    ["the load balancer's logical id", LISTENER, 'LoadBalancer'],
    ["the service's ARN", SERVICE, SERVICE],
    ["the service's ARN without the filters of the URI", `${SERVICE}?stage=prod`, SERVICE],
    ["the service's id", SERVICE, 'srv-BooksService'],
    ["the service's logical id", SERVICE, 'BooksService'],
    ["the service's name", SERVICE, 'books'],
    ['its ECS service', SERVICE, 'EcsService'],
  ])('is found by %s', (_, uri, name) => {
    expect(find(uri, name)).toBe('127.0.0.1:4000');
  });

  it('does not exist under another name', () => {
    expect(() => find(LISTENER, 'other')).toThrow(/--target HttpListener=HOST:PORT/);
  });

  it.each([
    ['http', '127.0.0.1:80'],
    ['https', '127.0.0.1:443'],
  ] as const)('has the port of %s by default', (scheme, expected) => {
    expect(targetsAt('books-lb', '127.0.0.1').next(LISTENER, 'abc123', scheme).address).toBe(expected);
  });

  it('does not exist without the attributes of the URI', () => {
    const targets = targetsAt('books', '127.0.0.1:4000?stage=dev');
    expect(targets.next(`${SERVICE}?stage=dev`, 'abc123', 'http').address).toBe('127.0.0.1:4000');
    expect(() => targets.next(`${SERVICE}?stage=prod`, 'abc123', 'http')).toThrow(
      "none of its targets has the attributes stage=prod; set --target 'srv-BooksService=HOST:PORT?stage=prod'",
    );
  });

  it('does not exist behind an unknown VPC link', () => {
    expect(() => find(LISTENER, 'HttpListener', 'none')).toThrow(IntegrationFailedError);
  });

  it.each(['', 'x', 'arn:aws:servicediscovery:::service/', `${ELB}:listener/app/a`])(
    'does not exist for %j, which a stage variable may give',
    (uri) => {
      expect(() => find(uri, 'other')).toThrow(IntegrationFailedError);
    },
  );
});
