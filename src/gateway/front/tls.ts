import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { readSettingsFile } from '../settings-file.js';
import { importOptional } from '../optional-package.js';
import { UsageError } from '../usage-error.js';

/** Source of certificate and key. */
export type TlsSettings =
  | { readonly kind: 'files'; readonly certFile: string; readonly keyFile: string }
  /** Generated if there is none yet for these hosts, and stored, so that clients have to trust it only once. */
  | { readonly kind: 'self-signed'; readonly folder: string; readonly hosts: readonly string[] };

/** Certificate and key in PEM, for `https.createServer`. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
  /** The file that clients must trust: `NODE_EXTRA_CA_CERTS`, `AWS_CA_BUNDLE`, `curl --cacert`. */
  readonly trustFile?: string;
}

/** Below the working directory; `.data` is not in the repository. */
const FOLDER = '.data/gateway-tls';

/** Hosts of every self-signed certificate. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1'];

/** Apple's systems trust no server certificate that is valid for longer. */
const VALID_DAYS = 397;
const DAY_MS = 86_400_000;

/**
 * Reads `--tls self-signed`, `--tls-host HOST` (repeated), `--tls-cert FILE` and `--tls-key FILE`.
 *
 * @returns `undefined` for plain HTTP
 * @throws {UsageError} the options contradict each other
 */
export function readTlsSettings(flags: {
  readonly tls?: string;
  readonly 'tls-host'?: readonly string[];
  readonly 'tls-cert'?: string;
  readonly 'tls-key'?: string;
}): TlsSettings | undefined {
  const { tls, 'tls-cert': certFile, 'tls-key': keyFile, 'tls-host': hosts = [] } = flags;
  if (tls !== undefined && tls !== 'self-signed') {
    throw new UsageError(
      `--tls is '${tls}': it must be self-signed; for your own certificate use --tls-cert`,
    );
  }
  if (tls !== undefined && (certFile ?? keyFile) !== undefined) {
    throw new UsageError('--tls self-signed generates a certificate: leave out --tls-cert and --tls-key');
  }
  if (tls === undefined && hosts.length > 0) throw new UsageError('--tls-host needs --tls self-signed');
  for (const host of hosts) {
    if (isIP(host) === 0 && !/^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(host)) {
      throw new UsageError(`--tls-host is '${host}': it must be a host name, *.NAME, or an IP address`);
    }
  }
  if (tls !== undefined) return { kind: 'self-signed', folder: FOLDER, hosts };
  if (certFile !== undefined && keyFile !== undefined) return { kind: 'files', certFile, keyFile };
  if ((certFile ?? keyFile) === undefined) return undefined;
  throw new UsageError(certFile === undefined ? '--tls-key needs --tls-cert' : '--tls-cert needs --tls-key');
}

/** @throws {UsageError} names the file that is missing, not readable, expired, or does not match the other one */
export async function loadTls(settings: TlsSettings): Promise<TlsPair> {
  if (settings.kind === 'self-signed')
    return selfSigned(settings.folder, [...LOCAL_HOSTS, ...settings.hosts]);
  const { certFile, keyFile } = settings;
  const pair = {
    cert: readSettingsFile('--tls-cert', certFile),
    key: readSettingsFile('--tls-key', keyFile),
  };
  const certificate = parse(
    `--tls-cert: ${certFile} is not a certificate in PEM`,
    () => new X509Certificate(pair.cert),
  );
  const key = parse(`--tls-key: ${keyFile} is not a private key in PEM without a passphrase`, () =>
    createPrivateKey(pair.key),
  );
  if (!certificate.checkPrivateKey(key)) {
    throw new UsageError(`--tls-key: ${keyFile} is not the key of the certificate ${certFile}`);
  }
  if (certificate.validToDate.getTime() < Date.now()) {
    throw new UsageError(`--tls-cert: ${certFile} expired on ${certificate.validToDate.toISOString()}`);
  }
  if (certificate.validFromDate.getTime() > Date.now()) {
    throw new UsageError(
      `--tls-cert: ${certFile} is not valid before ${certificate.validFromDate.toISOString()}`,
    );
  }
  return pair;
}

/**
 * The pair stored in the folder, or a new one. The certificate is not an authority: its key cannot sign for other
 * hosts, so it is safe to trust, and a strict client does not require an authority key identifier.
 */
async function selfSigned(folder: string, hosts: readonly string[]): Promise<TlsPair> {
  const certFile = resolve(join(folder, 'cert.pem'));
  const keyFile = resolve(join(folder, 'key.pem'));
  const isStored = existsSync(certFile) && existsSync(keyFile);
  if (isStored) {
    const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    if (isUsable(pair, hosts)) return { ...pair, trustFile: certFile };
  }
  // imported on first use: it takes a quarter of the gateway's start time of 500 ms
  const { generate } = await importOptional(
    '--tls self-signed',
    'selfsigned',
    async () => import('selfsigned'),
  );
  const { cert, private: key } = await generate(
    [{ name: 'commonName', value: 'API Gateway on this machine' }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + VALID_DAYS * DAY_MS),
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: hosts.map((host) =>
            isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host },
          ),
        },
      ],
    },
  );
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(keyFile, key, { mode: 0o600 });
    writeFileSync(certFile, cert);
  } catch (error) {
    throw new UsageError(`--tls self-signed: ${(error as Error).message}`, { cause: error });
  }
  return { cert, key, trustFile: certFile };
}

/** Whether the key matches and the certificate has all hosts and is valid for another day. */
function isUsable({ cert, key }: TlsPair, hosts: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const names = certificate.subjectAltName?.split(', ') ?? [];
    return (
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.validToDate.getTime() > Date.now() + DAY_MS &&
      hosts.every((host) =>
        isIP(host) === 0 ? names.includes(`DNS:${host}`) : certificate.checkIP(host) !== undefined,
      )
    );
  } catch {
    // not written by the gateway, or an incomplete pair
    return false;
  }
}

function parse<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(problem, { cause: error });
  }
}
