import { describe, expect, it } from 'vitest';
import { forwardedHeaders } from '../../../../src/gateway/http/steps/forwarded-headers.js';
import { apiRequest } from '../../../support/http-api.js';

const forwardedOf = (overrides: Parameters<typeof apiRequest>[0]) => {
  const headers = forwardedHeaders(apiRequest(overrides), 'backend.example');
  return headers[headers.indexOf('Forwarded') + 1];
};

describe('forwardedHeaders', () => {
  it('H4.12: names client and host', () => {
    expect(forwardedOf({ host: 'api.example' })).toBe('for=203.0.113.9;host=api.example;proto=https');
  });

  it('quotes an address with colons', () => {
    expect(forwardedOf({ sourceIp: '2001:db8::1', host: 'localhost:8080' })).toBe(
      'for="[2001:db8::1]";host="localhost:8080";proto=https',
    );
  });

  it('gives the client no way to add elements or parameters by its Host', () => {
    expect(forwardedOf({ host: 'a;for=1.2.3.4, "\\' })).toBe(
      'for=203.0.113.9;host="a;for=1.2.3.4, \\"\\\\";proto=https',
    );
  });

  it('H4.13: keeps all elements of the client, in order', () => {
    const rawHeaders = ['Forwarded', 'for=a', 'x', 'y', 'forwarded', 'for=b, for=c'];
    expect(forwardedOf({ rawHeaders, host: 'h' })).toBe(
      'for=a, for=b, for=c, for=203.0.113.9;host=h;proto=https',
    );
  });
});
