import { WebSocket } from 'ws';
import { type Close, CLOSES } from '../../errors.js';
import { LIMITS } from '../../limits.js';

/**
 * A client's WebSocket with what API Gateway does and ws does not: it takes no frame over 32 KB, sends none either,
 * and gives a reason with 1009.
 */
export class GatewayWebSocket extends WebSocket {
  /** How ws closed it, if it did so because of what the client sent. */
  get badFrameClose(): Close | undefined {
    return this.#badFrameClose;
  }
  #badFrameClose: Close | undefined;

  /** From now on a frame over 32 KB closes it with 1009. To be called before the client's first byte is read. */
  limitFrames(): void {
    receiverOf(this).haveLength = haveLengthWithin32KB;
  }

  /**
   * Sends one text message. Over 32 KB it goes as a text frame and continuation frames, which end where the size
   * says, in the middle of a character too: AWS's boundaries were seen to vary.
   */
  sendText(text: string): void {
    // no character takes more than three bytes in UTF-8 for each unit of its length
    if (text.length * 3 <= LIMITS.frameBytes) {
      this.send(text);
      return;
    }
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += LIMITS.frameBytes) {
      const end = start + LIMITS.frameBytes;
      this.send(bytes.subarray(start, end), { binary: false, fin: end >= bytes.length });
    }
  }

  /** ws closes a connection by itself when it cannot read what the client sent, and gives no reason. */
  override close(code?: number, data?: string | Buffer): void {
    const reason = data ?? (code === CLOSES.tooBig.code ? CLOSES.tooBig.reason : undefined);
    const { _errored: hasBadFrame } = receiverOf(this);
    if (code !== undefined && hasBadFrame) {
      this.#badFrameClose ??= { code, reason: String(reason ?? '') };
    }
    super.close(code, reason);
  }
}

/**
 * What we use of ws's reader of frames, which is not part of its documented interface: ws limits messages, but has no
 * limit for a frame. Here the check takes place where ws has read the header, in the order of the frames and before
 * any of the payload is kept, and costs a comparison. A reader of our own in front would parse every header twice.
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
