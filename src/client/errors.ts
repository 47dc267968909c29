import type { ClientErrorCode } from '../api/errors.js';

/** Codes of the errors that the client itself makes, each with what happened and what to do. docs/client.md lists them. */
export const ERRORS = {
  bad_options: 'An option has a wrong value.',
  no_web_socket: 'This platform has no WebSocket. Give one as an option.',
  url_too_long: 'API Gateway accepts URLs of at most 4,096 characters. Use tokenIn: "protocol".',
  bad_token: 'A sub-protocol cannot contain this token. Use tokenIn: "query".',
  unauthorized: 'The handshake was refused.',
  not_connected: 'There is no connection.',
  no_token: 'The function token failed.',
  no_state: 'The function state failed.',
  queue_full: 'Too many messages wait to be published.',
  message_too_large: 'The message does not fit into a frame.',
  not_serializable: 'The data are no JSON.',
  outcome_unknown: 'The reply was lost: the message may have been published.',
  too_slow: 'Too many messages wait to be taken.',
  left: 'The channel was left.',
  closed: 'The client is closed.',
} as const;

/** Codes of the service are those of PROTOCOL.md. */
export type ErrorCode = keyof typeof ERRORS | ClientErrorCode;

/** Every error of the client. `code` is for programs and does not change, `message` is for people. */
export class BackchannelError extends Error {
  override readonly name = 'BackchannelError';
  readonly code: ErrorCode;
  /** HTTP status of a refused handshake. A browser does not tell it. */
  readonly status: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; status?: number | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = options.status;
  }
}

/** @param detail which value it was, and what was expected */
export function clientError(
  code: keyof typeof ERRORS,
  detail = '',
  options?: { cause?: unknown; status?: number | undefined },
): BackchannelError {
  return new BackchannelError(code, detail === '' ? ERRORS[code] : `${ERRORS[code]} ${detail}`, options);
}
