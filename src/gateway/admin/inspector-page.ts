import { readFile } from 'node:fs/promises';
import { type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

/** The output of Vite, beside this folder of dist. */
const FOLDER = join(import.meta.dirname, '../inspector');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const ASSET = /^\/_gateway\/(assets\/[\w-]+\.\w+)$/;

/** Nothing from other hosts, no inline script, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Sends a file of the inspector.
 *
 * @returns `false` if there is none at that path
 */
export async function sendInspectorFile(pathname: string, response: ServerResponse): Promise<boolean> {
  const [, name] = pathname === '/_gateway/' ? ['', 'index.html'] : (pathname.match(ASSET) ?? []);
  if (name === undefined) return false;
  const content = await readIfExists(join(FOLDER, name));
  if (content === undefined) return false;
  response
    .writeHead(200, {
      'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
      'Content-Length': content.length,
      'Content-Security-Policy': POLICY,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
    })
    .end(content);
  return true;
}

async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
