import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type Copy, type CopyContext } from './copy.js';
import { stepOf } from '../story/step-of.js';
import { command, quoted, withRemarks } from './shell.js';

/** A request to `@connections` as a command of the AWS CLI, version 1 or 2. */
export function awsCli(event: GatewayEvent, { gatewayUrl }: CopyContext): readonly Copy[] {
  const request = stepOf(event, 'client_request');
  const { type, connectionId } = event;
  if (type !== 'callback' || request === undefined || connectionId === undefined) return [];
  const { method, url, body } = request;
  const operation = OPERATIONS[method];
  if (operation === undefined) return [];
  const stageUrl = `${gatewayUrl}${url.replace(/\/(?:@|%40)connections\/.*$/i, '')}`;
  const isPost = method === 'POST';
  const text = command(`aws apigatewaymanagementapi ${operation}`, [
    `--endpoint-url ${quoted(stageUrl)}`,
    // with the equals sign, because an id may begin with a hyphen
    `--connection-id=${quoted(connectionId)}`,
    // from standard input: versions 1 and 2 differ on text, and a text may look like a file's URL
    ...(isPost ? ['--data fileb:///dev/stdin'] : []),
  ]);
  const data = quoted(body?.text ?? '');
  const decode = body?.isBase64 === true ? ' | base64 --decode' : '';
  return [
    {
      label: 'aws',
      text: withRemarks(isPost ? `printf %s ${data}${decode} | ${text}` : text, body),
    },
  ];
}

const OPERATIONS: Readonly<Record<string, string>> = {
  POST: 'post-to-connection',
  GET: 'get-connection',
  DELETE: 'delete-connection',
};
