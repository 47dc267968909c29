import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { TlsBackend } from '../support/tls-backend.js';
import { HttpApiInTarget } from './http-api-under-test.js';
import { isOwnStandIn } from './target.js';

const LISTENER =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/books/0123456789abcdef/0123';
const NAME = 'books.internal.example';
const FAILED = [500, '{"message":"Internal Server Error"}'];

const authorities = getCACertificates();
afterEach(() => setDefaultCACertificates(authorities));

/** Has the gateway, which runs in this process, trust a backend as if an authority had issued its certificate. */
const trust = (...backends: readonly TlsBackend[]) =>
  setDefaultCACertificates([...authorities, ...backends.map(({ certificate }) => certificate)]);

const answerOf = async (api: HttpApiInTarget) => {
  const response = await api.request('/');
  return [response.status, await response.text()];
};

describe.runIf(isOwnStandIn)('a private integration with a TlsConfig', () => {
  /** An API whose only route leads through a VPC link to the backend. */
  async function privately(backend: TlsBackend, ServerNameToVerify?: string) {
    const targets = new Map([['books', backend.address]]);
    const api = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn: { targets } });
    await api.createRoute('$default', {
      IntegrationUri: LISTENER,
      ConnectionType: 'VPC_LINK',
      ConnectionId: await api.createVpcLink(),
      TlsConfig: { ServerNameToVerify },
    });
    await api.createStage('$default');
    return api;
  }

  it('H5.04: sends the server name in SNI and verifies it, but not in Host [documented]', async () => {
    await using backend = await TlsBackend.start(NAME);
    await using api = await privately(backend, NAME);
    trust(backend);
    expect(await answerOf(api)).toEqual([200, '']);
    expect(await backend.received.next()).toEqual({ serverName: NAME, host: new URL(api.url).host });
  });

  it('H5.04: is 500 when the certificate has another name [observed]', async () => {
    await using backend = await TlsBackend.start('other.internal.example');
    await using api = await privately(backend, NAME);
    trust(backend);
    expect(await answerOf(api)).toEqual(FAILED);
    expect(backend.received.pending).toEqual([]);
  });

  it('H5.04: is 500 when an unknown authority has issued the certificate [observed]', async () => {
    await using backend = await TlsBackend.start(NAME);
    await using api = await privately(backend, NAME);
    expect(await answerOf(api)).toEqual(FAILED);
    expect(backend.received.pending).toEqual([]);
  });

  it('H5.04: verifies each server name, also on a connection that is kept alive [documented]', async () => {
    await using backend = await TlsBackend.start(NAME);
    await using api = await privately(backend, NAME);
    await api.createRoute('GET /other', {
      IntegrationUri: LISTENER,
      ConnectionType: 'VPC_LINK',
      ConnectionId: await api.createVpcLink(),
      TlsConfig: { ServerNameToVerify: 'other.internal.example' },
    });
    await api.deploy('$default');
    trust(backend);
    const statuses = [];
    for (const path of ['/', '/other', '/']) statuses.push((await api.request(path)).status);
    expect(statuses).toEqual([200, 500, 200]);
  });

  it('H5.03: is sent as plain HTTP without one, and 503 [documented]', async () => {
    await using backend = await TlsBackend.start(NAME);
    const targets = new Map([['books', backend.address]]);
    await using api = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn: { targets } });
    const link = { ConnectionType: 'VPC_LINK' as const, ConnectionId: await api.createVpcLink() };
    await api.createRoute('$default', { IntegrationUri: LISTENER, ...link });
    await api.createStage('$default');
    trust(backend);
    expect((await answerOf(api))[0]).toBe(503);
    expect(backend.received.pending).toEqual([]);
  });
});

describe.runIf(isOwnStandIn)('an https URI over the Internet', () => {
  const publicly = async (uri: string) =>
    HttpApiInTarget.deployed({ routes: { $default: { IntegrationUri: uri } } });

  it('H4.23: is called when its host is in the certificate [documented]', async () => {
    await using backend = await TlsBackend.start('localhost');
    await using api = await publicly(`https://localhost:${backend.port}`);
    trust(backend);
    expect(await answerOf(api)).toEqual([200, '']);
    expect(await backend.received.next()).toEqual({
      serverName: 'localhost',
      host: `localhost:${backend.port}`,
    });
  });

  it('H4.23: is called at an IP address in the certificate, without SNI [documented]', async () => {
    await using backend = await TlsBackend.start('127.0.0.1');
    await using api = await publicly(`https://${backend.address}`);
    trust(backend);
    expect(await answerOf(api)).toEqual([200, '']);
    expect((await backend.received.next()).serverName).toBe(false);
  });

  it.each(['other.example', '127.0.0.1'])('H4.23: is 500 with a certificate for %s', async (name) => {
    await using backend = await TlsBackend.start(name);
    await using api = await publicly(`https://localhost:${backend.port}`);
    trust(backend);
    expect(await answerOf(api)).toEqual(FAILED);
    expect(backend.received.pending).toEqual([]);
  });

  it('H4.23: is 500 when an unknown authority has issued the certificate [documented]', async () => {
    await using backend = await TlsBackend.start('localhost');
    await using api = await publicly(`https://localhost:${backend.port}`);
    expect(await answerOf(api)).toEqual(FAILED);
    expect(backend.received.pending).toEqual([]);
  });

  it('H4.23: is verified by its host, whatever Host a mapping sends [documented]', async () => {
    await using backend = await TlsBackend.start('localhost');
    const uri = `https://localhost:${backend.port}`;
    const RequestParameters = { 'overwrite:header.Host': 'other.example' };
    await using api = await HttpApiInTarget.deployed({
      routes: { $default: { IntegrationUri: uri, RequestParameters } },
    });
    trust(backend);
    expect(await answerOf(api)).toEqual([200, '']);
    expect(await backend.received.next()).toEqual({ serverName: 'localhost', host: 'other.example' });
  });
});
