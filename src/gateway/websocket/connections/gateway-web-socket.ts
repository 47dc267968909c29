import { WebSocket } from 'ws';
import { type Close, CLOSES } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { FRAGMENT_BYTES } from '../../silent/websocket-choices.js';

/**
 * A client's WebSocket with what API Gateway adds to ws: long messages to the client are fragmented, frames of the
 * client have a limit, and code 1009 has a reason.
 */
export class GatewayWebSocket extends WebSocket {
  /** Code and reason with which ws has closed it because of a bad frame. */
  get badFrameClose(): Close | undefined {
    return this.#badFrameClose;
  }
  #badFrameClose: Close | undefined;

  /** Closes the connection with 1009 on a frame over 32 KB. Call it before the client's first byte is read. */
  limitFrames(): void {
    receiverOf(this).haveLength = haveLengthWithin32KB;
  }

  /**
   * Sends one text message, a long one as a text frame and continuation frames. They are split by bytes, also within
   * a character.
   *
   * @param whenWritten called once the whole message is in the hands of the operating system, or is lost
   */
  sendText(text: string, whenWritten: () => void): void {
    // each UTF-16 code unit takes at most three bytes in UTF-8
    if (text.length * 3 <= FRAGMENT_BYTES) {
      this.send(text, whenWritten);
      return;
    }
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += FRAGMENT_BYTES) {
      const end = start + FRAGMENT_BYTES;
      const fin = end >= bytes.length;
      this.send(bytes.subarray(start, end), { binary: false, fin }, fin ? whenWritten : undefined);
    }
  }

  /** ws calls it after a bad frame, without a reason. */
  override close(code?: number, data?: string | Buffer): void {
    const reason = data ?? (code === CLOSES.tooBig.code ? CLOSES.tooBig.reason : undefined);
    const { _errored: hasBadFrame } = receiverOf(this);
    if (code !== undefined && hasBadFrame) {
      this.#badFrameClose ??= { code, reason: String(reason ?? '') };
    }
    super.close(code, reason);
    // the client's close frame may be behind messages that are not read
    if (this.isPaused) this.resume();
  }
}

/**
 * The part of ws's frame reader that we use. It is not documented: ws limits messages, but not frames. The check runs
 * after a frame's header is read and before its payload is stored, and costs one comparison. A reader of our own would
 * parse every header twice.
 */
interface Receiver {
  readonly _payloadLength: number;
  readonly _errored: boolean;
  haveLength(done: (error?: Error) => void): void;
  createError(
    type: ErrorConstructor,
    message: string,
    isPrefixed: boolean,
    closeCode: number,
    code: string,
  ): Error;
}

function receiverOf(socket: WebSocket): Receiver {
  const { _receiver: receiver } = socket as unknown as { readonly _receiver: Receiver };
  return receiver;
}

function haveLengthWithin32KB(this: Receiver, done: (error?: Error) => void): void {
  const { _payloadLength: payloadBytes } = this;
  if (payloadBytes > LIMITS.frameBytes) {
    const { code } = CLOSES.tooBig;
    done(
      this.createError(RangeError, 'Frame over 32 KB', false, code, 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'),
    );
  } else {
    (Object.getPrototypeOf(this) as Receiver).haveLength.call(this, done);
  }
}
