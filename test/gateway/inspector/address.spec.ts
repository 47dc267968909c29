import { describe, expect, it } from 'vitest';
import { hrefOf, readAddress } from '../../../src/gateway/inspector/frame/address.js';

describe('an address in the page', () => {
  it.each([
    { view: 'timeline', path: [] },
    { view: 'timeline', path: ['12'] },
    // connection ids end with =, and a route key may have a slash
    { view: 'connections', path: ['L0SM9cOFvHcCIhw=', 'GET /books/{id}'] },
  ])('names $view $path', (address) => {
    expect(readAddress(hrefOf(address.view, ...address.path))).toEqual(address);
  });

  it('may be empty, and may be written by hand', () => {
    expect(readAddress('')).toEqual({ view: '', path: [] });
    expect(readAddress('#/timeline/')).toEqual({ view: 'timeline', path: [] });
    expect(readAddress('#/clients/100%')).toEqual({ view: 'clients', path: ['100%'] });
  });
});
