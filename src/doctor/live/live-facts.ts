/**
 * The facts that `--live` measures, with what `backchannel-gateway` does: that is the other column of the parity report.
 * A test measures them against that gateway, so that the two cannot differ unnoticed.
 */
export const LIVE_FACTS = {
  handshake: { title: 'a handshake is accepted', standIn: '101' },
  'handshake-headers': {
    title: 'headers of the response to the handshake',
    standIn: 'connection, date, sec-websocket-accept, upgrade',
  },
  'frame-32768': { title: 'a frame of 32,768 bytes', standIn: 'accepted' },
  'unknown-connection': {
    title: 'a callback to a connection id that was never issued',
    standIn: '400 BadRequestException {"message":"Invalid connectionId: AAAAAAAAAAAAAAA="}',
  },
  'unsigned-callback': {
    title: 'a callback without a signature',
    standIn: '403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}',
  },
  'unknown-stage': {
    title: 'a callback to a stage that does not exist',
    standIn: '403 ForbiddenException {"message":"Forbidden"}',
  },
  'get-connection': {
    title: 'GetConnection',
    standIn: '200 with identity.sourceIp, connectedAt, lastActiveAt',
  },
  'post-131072': { title: 'a callback of 131,072 bytes', standIn: '200, one text message of 131,072 bytes' },
  'post-131073': { title: 'a callback of 131,073 bytes', standIn: '413, no error type, no body' },
  'frame-32769': { title: 'a frame of 32,769 bytes', standIn: 'close 1009 Message too big' },
  'post-after-close': { title: 'a callback after the close', standIn: '410 GoneException, no body' },
} as const;

export type LiveFactId = keyof typeof LIVE_FACTS;

/** A row of the parity report. */
export interface ParityRow {
  readonly fact: LiveFactId;
  /** `undefined`: it could not be measured. */
  readonly measured: string | undefined;
  readonly isSame: boolean;
}

/** The parity report: evidence about AWS, with where and when it was measured. Nothing in it names the account or API. */
export interface Parity {
  readonly date: string;
  readonly region: string;
  readonly version: string;
  readonly rows: readonly ParityRow[];
}
