// API Gateway's requests. `pings.ts URL CLIENTS SECONDS`: each connection sends a ping after the response to its last
// one.
import { Pool } from 'undici';

const [url = '', clients = '1', seconds = '1'] = process.argv.slice(2);
const durationMs = Number(seconds) * 1_000;
const pool = new Pool(url, { connections: Number(clients) });
process.on('disconnect', () => process.exit());

const startedAt = performance.now();
const warmUpMs = durationMs / 4;
/** All requests. */
let count = 0;
/** The requests after the warm-up. */
let measured = 0;

await Promise.all(
  Array.from({ length: Number(clients) }, async (_, n) => {
    // the headers of the gateway's requests for `api/definition.ts`
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'AmazonAPIGateway_a1b2c3d4e5',
      'x-amzn-apigateway-api-id': 'a1b2c3d4e5',
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      ConnectionId: `L0SM9cOF${String(n).padStart(7, '0')}=`,
      ConnectedAt: String(Date.now()),
      RequestId: `L0SM9cOF${n}`,
      RouteKey: '$default',
      SourceIp: '127.0.0.1',
      GatewaySecret: 'a-secret-of-the-bench',
    };
    for (;;) {
      const { statusCode, body } = await pool.request({
        path: '/message',
        method: 'POST',
        headers,
        body: '{"action":"ping","id":1}',
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`unexpected status ${statusCode}`);
      count += 1;
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs > warmUpMs) measured += 1;
      if (elapsedMs > warmUpMs + durationMs) return;
    }
  }),
);
process.send?.({ pings: { count, perSecond: (measured / durationMs) * 1_000 } });
await pool.close();
process.exit();
