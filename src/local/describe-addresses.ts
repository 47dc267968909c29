import { LOCAL_STAGE } from './deployment/deploy-locally.js';

/** Where the programs of `npm start` listen, and what there is to say about it. */
export interface LocalAddresses {
  readonly gatewayUrl: string;
  readonly serviceUrl: string;
  /** Only if it was generated: one that was given is known, and is not printed. */
  readonly adminToken: string | undefined;
  /** The environment of the service. */
  readonly env: NodeJS.ProcessEnv;
}

/** What `npm start` prints once everything works: who listens where, and lines to paste. */
export function describeAddresses({ gatewayUrl, serviceUrl, adminToken, env }: LocalAddresses): string {
  const webSocketUrl = `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`;
  const { query, note } = identification(env);
  return `
  gateway   ${webSocketUrl}
            ${gatewayUrl}/${LOCAL_STAGE}/@connections/{connectionId}
            ${gatewayUrl}/v2/apis    aws apigatewayv2 get-apis --endpoint-url ${gatewayUrl}
  inspector ${gatewayUrl}/_gateway/${adminToken === undefined ? '' : `?token=${adminToken}`}    each message, step by step
  service   ${serviceUrl}    POST /connect /disconnect /message, GET /health/ready
            ${env.API_KEYS ? `${serviceUrl}/v1/docs    the publish API, with a key of API_KEYS` : NO_PUBLISH_API}
${adminToken === undefined ? '' : adminTokenLines(adminToken)}
  Try it:   npx wscat -c "${webSocketUrl}${query}"${note}
            {"action":"ping","id":1}
            {"action":"join","channel":"news"}
            {"action":"publish","channel":"news","data":"hello"}

  Ctrl-C stops both.

`;
}

const NO_PUBLISH_API =
  'the publish API and its page, /v1/docs, need API_KEYS: API_KEYS="me:$(openssl rand -hex 32)" npm start';

/** How a client has to identify itself, as `AUTH` says. */
function identification({ AUTH, JWT_SECRET }: NodeJS.ProcessEnv): {
  readonly query: string;
  readonly note: string;
} {
  if (AUTH === 'jwt' && JWT_SECRET) {
    return {
      query: '?token=$(npm run --silent token -- alice)',
      note: noted('where AUTH and JWT_SECRET are set as they are here'),
    };
  }
  if (AUTH === 'jwt')
    return { query: '?token=TOKEN', note: noted('TOKEN: from the issuer of JWT_JWKS_URL or JWT_KEY') };
  if (AUTH === 'authorizer') {
    return {
      query: '',
      note: noted('is refused: this gateway has no authorizer. Use AUTH=none or AUTH=jwt'),
    };
  }
  return { query: '', note: '' };
}

const noted = (text: string) => `\n            ${text}`;

function adminTokenLines(token: string): string {
  return `
  admin     ${token}    generated, because the gateway listens beyond loopback: for /v2 and /_gateway
            AWS_ACCESS_KEY_ID=admin AWS_SECRET_ACCESS_KEY=TOKEN aws …, or Authorization: Bearer TOKEN
`;
}
