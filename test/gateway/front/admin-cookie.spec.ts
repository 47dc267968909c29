import { describe, expect, it } from 'vitest';
import { inspectorUrl } from '../../../src/gateway/front/admin-cookie.js';
import { startGateway } from '../../support/deployed-gateway.js';

const TOKEN = 'a-token+of/this=test';

describe('the link to the inspector', () => {
  it('sets a cookie that replaces the header under /_gateway/, and only there', async () => {
    const gateway = await startGateway({ adminToken: TOKEN });
    const { url } = gateway;
    const response = await fetch(inspectorUrl(url, TOKEN), { redirect: 'manual' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/_gateway/');
    const setCookie = response.headers.get('set-cookie') ?? '';
    expect(setCookie).toMatch(/; Path=\/_gateway\/; SameSite=Strict; HttpOnly$/);
    const headers = { Cookie: `other=1; ${setCookie.split(';')[0]}` };

    expect((await fetch(`${url}/_gateway/connections`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/v2/apis`, { headers })).status).toBe(403);
    expect((await fetch(`${url}/_gateway/connections`)).status).toBe(401);
    const wrong = { Cookie: `${headers.Cookie}x` };
    expect((await fetch(`${url}/_gateway/connections`, { headers: wrong })).status).toBe(401);
    // a foreign page is refused with the cookie as well
    const foreign = { ...headers, Origin: 'http://evil.example' };
    expect((await fetch(`${url}/_gateway/connections`, { headers: foreign })).status).toBe(403);
    await gateway.stop();
  });

  it('is refused with another token', async () => {
    const gateway = await startGateway({ adminToken: TOKEN });
    const response = await fetch(inspectorUrl(gateway.url, `${TOKEN}x`), { redirect: 'manual' });
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBe(null);
    await gateway.stop();
  });
});
