import { describe, expect, it } from 'vitest';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';
import { sameApi, Translation } from '../../../src/gateway/replay/translation.js';

const EVENT = { apiId: 'old0000000' } as GatewayEvent;

function translation(): Translation {
  const ids = new Translation();
  ids.add('old0000000', 'new1111111');
  ids.add('AAAAAAAAAAAAAA==', 'B_BBBBB-BBBBBB==');
  return ids;
}

describe('a request of a session', () => {
  it.each([
    // the address of the gateway names no API
    ['127.0.0.1:8080', '/dev?x=1', '/_apis/new1111111/dev?x=1', undefined],
    ['gateway:8080', '/dev', '/_apis/new1111111/dev', undefined],
    ['[::1]:8080', '/_apis/old0000000/dev', '/_apis/new1111111/dev', undefined],
    // the host names it
    ['old0000000.execute-api.localhost:8080', '/dev', '/dev', 'new1111111.execute-api.localhost:8080'],
    ['chat.example.com', '/v1', '/v1', 'chat.example.com'],
  ])('to %s%s', (host, url, path, translated) => {
    const headers = [
      ['Host', host],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Key', 'x'],
      ['X-To', 'AAAAAAAAAAAAAA=='],
    ] as const;
    expect(translation().request({ url, headers }, EVENT)).toEqual({
      path,
      headers: [...(translated === undefined ? [] : [['Host', translated]]), ['X-To', 'B_BBBBB-BBBBBB==']],
    });
  });

  it('has encoded ids where it had them', () => {
    expect(translation().text('a=AAAAAAAAAAAAAA%3D%3D')).toBe('a=B_BBBBB-BBBBBB%3D%3D');
    expect(translation().text('AAAAAAAAAAAAAA')).toBe('AAAAAAAAAAAAAA');
  });
});

describe('the same API at another gateway', () => {
  const api = { apiId: 'a', protocol: 'WEBSOCKET', name: 'chat', logicalId: 'Chat' } as const;

  it('is found by logical id, else by name, else as the only one of its protocol', () => {
    const [byId, byName, other] = [
      { ...api, apiId: 'b', name: 'x' },
      { ...api, apiId: 'c', logicalId: 'X' },
      { ...api, apiId: 'd', name: 'x', logicalId: 'X' },
    ];
    const http = { ...other, apiId: 'e', protocol: 'HTTP' } as const;
    expect(sameApi(api, [other, byName, byId])).toBe(byId);
    expect(sameApi(api, [other, byName])).toBe(byName);
    expect(sameApi(api, [http, other])).toBe(other);
    expect(sameApi(api, [other, { ...other, apiId: 'f' }])).toBeUndefined();
    expect(sameApi(api, [http])).toBeUndefined();
  });
});
