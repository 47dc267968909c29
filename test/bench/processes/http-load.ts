// Sends requests from CLIENTS at once for SECONDS: `http-load.ts URL CLIENTS SECONDS BYTES`. Without BYTES they are GET.
import { Pool } from 'undici';

const [url = '', clients, seconds, bytes] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(clients) });
const headers = {
  accept: 'application/json',
  authorization: 'Bearer bench',
  'content-type': 'application/json',
};
const body = Number(bytes) > 0 ? 'x'.repeat(Number(bytes)) : null;
const method = body === null ? 'GET' : 'POST';

const endsAt = performance.now() + Number(seconds) * 1000;
let count = 0;
async function client(): Promise<void> {
  while (performance.now() < endsAt) {
    const response = await pool.request({ path: `${pathname}books?x=1`, method, headers, body });
    await response.body.dump();
    if (response.statusCode !== 200) throw new Error(`unexpected status ${response.statusCode}`);
    count += 1;
  }
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: Number(clients) }, client));
const perSecond = (count / (performance.now() - startedAt)) * 1000;
process.send?.({ sent: { count, perSecond } });
process.disconnect?.();
await pool.close();
