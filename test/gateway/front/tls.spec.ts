import { X509Certificate } from 'node:crypto';
import { mkdtempDisposableSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { loadTls, readTlsSettings, type TlsPair } from '../../../src/gateway/front/tls.js';

const DAY_MS = 86_400_000;

/** A temporary folder. */
const newFolder = () => mkdtempDisposableSync(join(tmpdir(), 'tls-'));

const selfSigned = async (folder: string, hosts: string[] = []) =>
  loadTls({ kind: 'self-signed', folder, hosts });

/** Writes a certificate and its key. @returns the settings that name them */
async function files(folder: string, dates: { notBeforeDate?: Date; notAfterDate?: Date } = {}) {
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...dates,
  });
  const [certFile, keyFile] = [join(folder, 'c.pem'), join(folder, 'k.pem')];
  writeFileSync(certFile, pair.cert);
  writeFileSync(keyFile, pair.private);
  return { kind: 'files', certFile, keyFile } as const;
}

/** Serves with the pair on loopback, and sends a request to this name, trusting the trust file. */
async function statusFrom(
  { cert, key, trustFile }: TlsPair,
  servername: string,
): Promise<number | undefined> {
  const server = createServer({ cert, key }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const ca = readFileSync(trustFile!);
      get({ host: '127.0.0.1', port, servername, ca, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
  } finally {
    server.close();
  }
}

describe('--tls self-signed', () => {
  it('generates a certificate that a trusting client accepts for this machine', async () => {
    using folder = newFolder();
    const pair = await selfSigned(folder.path);
    expect(await statusFrom(pair, 'localhost')).toBe(200);
    const certificate = new X509Certificate(pair.cert);
    expect([certificate.checkIP('127.0.0.1'), certificate.checkIP('::1')]).toEqual(['127.0.0.1', '::1']);
  });

  it('includes the hosts of --tls-host, and no others', async () => {
    using folder = newFolder();
    const pair = await selfSigned(folder.path, ['*.execute-api.test', '10.0.0.5']);
    expect(await statusFrom(pair, 'abc123.execute-api.test')).toBe(200);
    expect(new X509Certificate(pair.cert).checkIP('10.0.0.5')).toBe('10.0.0.5');
    await expect(statusFrom(pair, 'example.test')).rejects.toThrow(/altnames/);
  });

  it('is not an authority for other certificates', async () => {
    using folder = newFolder();
    expect(new X509Certificate((await selfSigned(folder.path)).cert).ca).toBe(false);
  });

  it('stores the pair, with a key that only its owner can read', async () => {
    using folder = newFolder();
    const first = await selfSigned(folder.path, ['gateway']);
    expect(await selfSigned(folder.path, ['gateway'])).toEqual(first);
    expect(await selfSigned(folder.path)).toEqual(first);
    expect(statSync(join(folder.path, 'key.pem')).mode & 0o077).toBe(0);
  });

  it('generates a new one if the stored one lacks a host', async () => {
    using folder = newFolder();
    const first = await selfSigned(folder.path);
    const second = await selfSigned(folder.path, ['gateway']);
    expect(second.cert).not.toBe(first.cert);
    expect(readFileSync(second.trustFile!, 'utf8')).toBe(second.cert);
  });

  it.each([
    ['is about to expire', { notAfterDate: new Date(Date.now() + DAY_MS / 2) }],
    ['is for another host name', {}],
  ])('generates a new one if the stored one %s', async (_, dates) => {
    using folder = newFolder();
    const { certFile, keyFile } = await files(folder.path, dates);
    writeFileSync(join(folder.path, 'cert.pem'), readFileSync(certFile));
    writeFileSync(join(folder.path, 'key.pem'), readFileSync(keyFile));
    expect((await selfSigned(folder.path)).cert).not.toBe(readFileSync(certFile, 'utf8'));
  });

  it('generates a new one if the stored pair is incomplete', async () => {
    using folder = newFolder();
    const first = await selfSigned(folder.path);
    writeFileSync(join(folder.path, 'key.pem'), 'half');
    expect((await selfSigned(folder.path)).cert).not.toBe(first.cert);
  });

  it('fails if the folder cannot be written', async () => {
    using folder = newFolder();
    writeFileSync(join(folder.path, 'file'), '');
    await expect(selfSigned(join(folder.path, 'file', 'tls'))).rejects.toThrow(/^--tls self-signed: /);
  });
});

describe('--tls-cert and --tls-key', () => {
  it('are used unmodified', async () => {
    using folder = newFolder();
    const settings = await files(folder.path);
    expect(await loadTls(settings)).toEqual({
      cert: readFileSync(settings.certFile, 'utf8'),
      key: readFileSync(settings.keyFile, 'utf8'),
    });
  });

  it.each([
    [
      'a certificate that has expired',
      { notBeforeDate: new Date(0), notAfterDate: new Date(DAY_MS) },
      /c\.pem expired on 1970-01-02/,
    ],
    [
      'one that is not valid yet',
      { notBeforeDate: new Date(Date.now() + DAY_MS) },
      /c\.pem is not valid before/,
    ],
  ])('are refused with %s', async (_, dates, message) => {
    using folder = newFolder();
    await expect(loadTls(await files(folder.path, dates))).rejects.toThrow(message);
  });

  it('are refused if the key does not match', async () => {
    using one = newFolder();
    using two = newFolder();
    const settings = { ...(await files(one.path)), keyFile: (await files(two.path)).keyFile };
    await expect(loadTls(settings)).rejects.toThrow(/k\.pem is not the key of the certificate .+c\.pem/);
  });

  it.each(['certFile', 'keyFile'] as const)('are refused if the %s is missing or not valid', async (name) => {
    using folder = newFolder();
    const settings = await files(folder.path);
    await expect(loadTls({ ...settings, [name]: '/nowhere.pem' })).rejects.toThrow(
      /^--tls-\w+: \/nowhere\.pem does not exist$/,
    );
    writeFileSync(settings[name], 'something else');
    await expect(loadTls(settings)).rejects.toThrow(/^--tls-\w+: .+\.pem is not a .+ in PEM/);
  });
});

describe('the options', () => {
  it('are plain HTTP by default', () => {
    expect(readTlsSettings({})).toBeUndefined();
  });

  it('name a pair, or generate one', () => {
    expect(readTlsSettings({ 'tls-cert': 'c', 'tls-key': 'k' })).toEqual({
      kind: 'files',
      certFile: 'c',
      keyFile: 'k',
    });
    expect(
      readTlsSettings({ tls: 'self-signed', 'tls-host': ['a.test', '*.a.test', '10.0.0.5'] }),
    ).toMatchObject({
      kind: 'self-signed',
      hosts: ['a.test', '*.a.test', '10.0.0.5'],
    });
  });

  it.each([
    [{ tls: 'on' }, /^--tls is 'on'/],
    [{ 'tls-cert': 'c' }, /--tls-cert needs --tls-key/],
    [{ 'tls-key': 'k' }, /--tls-key needs --tls-cert/],
    [{ tls: 'self-signed', 'tls-cert': 'c', 'tls-key': 'k' }, /leave out --tls-cert/],
    [{ 'tls-host': ['a.test'] }, /--tls-host needs --tls self-signed/],
    [{ tls: 'self-signed', 'tls-host': ['a.test, b.test'] }, /^--tls-host is 'a.test, b.test'/],
  ])('are refused if they contradict each other: %j', (flags, message) => {
    expect(() => readTlsSettings(flags)).toThrow(message);
  });
});
