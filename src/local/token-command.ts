import { parseArgs } from 'node:util';
import { createDevelopmentToken, LIFETIME_HOURS } from './development-token.js';
import { LOCAL_STAGE } from './deployment/deploy-locally.js';

const USAGE = `npm run token -- USER: prints a token for the service with AUTH=jwt and JWT_SECRET

  --help    print this text

The token is valid for ${LIFETIME_HOURS} hours. Only the token is written to standard output: TOKEN=$(npm run --silent token -- alice)
Variables: those of the service that begin with AUTH or JWT_, and for the line to paste WS_API_ENDPOINT or GATEWAY_PORT.
`;

try {
  main();
} catch (error) {
  process.stderr.write(`token: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [userId, ...others] = positionals;
  if (userId === undefined || others.length > 0)
    throw new Error('expected one user id, such as: npm run token -- alice');
  const token = createDevelopmentToken(userId, process.env);
  process.stdout.write(`${token}\n`);
  process.stderr.write(`\nnpx wscat -c "${webSocketUrl(process.env)}?token=${token}"\n`);
}

/** Where clients connect: to the service's own API, else to that of `npm start`. */
function webSocketUrl({ WS_API_ENDPOINT, GATEWAY_PORT }: NodeJS.ProcessEnv): string {
  const endpoint = WS_API_ENDPOINT || `http://127.0.0.1:${GATEWAY_PORT || '8080'}/${LOCAL_STAGE}`;
  return endpoint.replace(/^http/, 'ws').replace(/\/+$/, '');
}
