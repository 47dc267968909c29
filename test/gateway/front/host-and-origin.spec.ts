import { describe, expect, it } from 'vitest';
import {
  checkHostAndOrigin,
  hostName,
  type HostAndOriginRules,
  plainAddress,
} from '../../../src/gateway/front/host-and-origin.js';

const RULES: HostAndOriginRules = {
  scheme: 'http',
  boundHost: 'dev.example.com',
  allowedHosts: ['gw.example.com', '*.tunnel.example'],
  allowedOrigins: ['http://localhost:5173', 'tauri://localhost'],
  isDomainName: (name) => name === 'ws.example.com',
};

const check = (host: string | readonly string[], origin?: string, rules: Partial<HostAndOriginRules> = {}) =>
  checkHostAndOrigin({ host: [host].flat(), origin }, { ...RULES, ...rules });

const refusal = (reason: string, text = '') =>
  expect.objectContaining({ reason, message: expect.stringContaining(text) as string }) as Error;

describe('the Host header', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:8080',
    '192.168.1.7:8080',
    '[::1]:8080',
    '[FE80::1]',
    'localhost:8080',
    'LocalHost',
    'localhost.:8080',
    'gateway:8080',
    'my_project_gateway_1',
    'abc123.execute-api.localhost:8080',
    'anything.localhost',
    'host.docker.internal:8080',
    'abc123.execute-api.us-east-1.amazonaws.com',
    'abc123.execute-api.cn-north-1.amazonaws.com.cn',
    'abc123.execute-api-fips.us-east-1.amazonaws.com',
    'abc123.execute-api.us-east-1.api.aws',
    'dev.example.com:8080',
    'gw.example.com',
    'GW.example.com.:80',
    'one.tunnel.example',
    'ws.example.com:8080',
  ])('%s is allowed', (host) => {
    expect(check(host)).toBeUndefined();
  });

  it.each([
    'evil.example:8080',
    'evil.example.',
    // anyone can register these and point them at this machine
    'abc123.execute-api.evil.example',
    'abc123.execute-api.us-east-1.amazonaws.com.evil.example',
    'abc123.execute-api.us-east-1.evilamazonaws.com',
    'us-east-1.amazonaws.com',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io:8080',
    'localhost.evil.example',
    'notlocalhost.evil',
    'other.example.com',
    'two.labels.tunnel.example',
    'tunnel.example',
  ])('%s is refused', (host) => {
    expect(() => check(host)).toThrow(refusal('host_not_allowed', '--allow-host'));
  });

  it.each(['', ' ', 'a b', 'localhost:', 'localhost:x', 'a..b', '..', '[::1', '[x]:80', 'a/b', 'user@localhost', '*'])(
    "'%s' is malformed",
    (host) => {
      expect(() => check(host)).toThrow(refusal('host_not_allowed', 'is not HOST'));
    },
  ); // prettier-ignore

  it('is required exactly once', () => {
    expect(() => check([])).toThrow(refusal('host_not_allowed', '0 Host headers'));
    expect(() => check(['localhost', 'localhost'])).toThrow(refusal('host_not_allowed', '2 Host headers'));
  });

  it('is compared without case, port and final dot', () => {
    expect(hostName('Example.COM.:8080')).toBe('example.com');
    expect(hostName('[2001:DB8::1]:443')).toBe('2001:db8::1');
  });
});

it.each([
  ['127.1', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.1'],
  ['0', '0.0.0.0'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['::', '::'],
  ['localhost', 'localhost'],
  ['abc', 'abc'],
  ['gateway.example', 'gateway.example'],
  ['', ''],
])("'%s' listens on '%s'", (host, address) => {
  expect(plainAddress(host)).toBe(address);
});

describe('the Origin header', () => {
  it.each([
    ['localhost:8080', 'http://localhost:8080'],
    ['LOCALHOST:8080', 'http://localhost:8080'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['localhost:80', 'http://localhost'],
    ['[::1]:8080', 'http://[::1]:8080'],
  ])('of a page served by %s is %s', (host, origin) => {
    expect(check(host, origin)).toBeUndefined();
  });

  it('has the scheme of TLS when the gateway has TLS', () => {
    expect(check('localhost:443', 'https://localhost', { scheme: 'https' })).toBeUndefined();
    expect(() => check('localhost:443', 'http://localhost', { scheme: 'https' })).toThrow(
      refusal('origin_not_allowed'),
    );
  });

  it.each(['http://localhost:5173', 'tauri://localhost'])('%s is allowed by name', (origin) => {
    expect(check('localhost:8080', origin)).toBe(origin);
  });

  it.each([
    'http://evil.example',
    'http://localhost:8081',
    'https://localhost:8080',
    'http://127.0.0.1:8080',
    'null',
  ])("'%s' may not command the gateway at localhost:8080", (origin) => {
    expect(() => check('localhost:8080', origin)).toThrow(refusal('origin_not_allowed', '--allow-origin'));
  });

  it.each([
    'http://localhost:8080, http://localhost:8080',
    'http://127.0.0.1,http://evil.example',
    'localhost:8080',
    'http://evil.example/',
    'http://localhost:5173.evil.example',
    '',
  ])("'%s' is refused without the advice to allow it", (origin) => {
    expect(() => check('localhost:8080', origin)).toThrow(refusal('origin_not_allowed', 'not one origin'));
    expect(() => check('localhost:8080', origin)).not.toThrow('--allow-origin');
  });

  it('does not permit a host name that is not allowed', () => {
    expect(() => check('evil.example', 'http://evil.example')).toThrow(refusal('host_not_allowed'));
    expect(() => check('evil.example', 'http://localhost:5173')).toThrow(refusal('host_not_allowed'));
  });
});
