import { retryMs } from './backoff.js';
import { BackchannelError, clientError } from './errors.js';
import type { Failure, Link, Reply } from './link.js';
import type { Membership } from './membership.js';
import type { Settings } from './options.js';
import type { Platform } from './platform.js';

type Result = Exclude<Reply, Failure>;

export interface CallRequest {
  readonly action: 'publish' | 'presence';
  /** Further fields of the message, as JSON. */
  readonly fields: string;
  readonly signal: AbortSignal | undefined;
}

interface Call extends CallRequest {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly abort: () => void;
  isInFlight: boolean;
  attempts: number;
  /** Where and when it was sent first, if it may have had an effect. */
  sent: { readonly link: Link; readonly at: number } | undefined;
  timer: unknown;
}

/**
 * Requests of a channel that wait until the client is a member, and are repeated until they have a reply. Publishes are
 * sent one after the other, because messages that are in flight together may overtake each other.
 */
export class Calls {
  readonly #settings: Settings;
  readonly #platform: Platform;
  /** In their order. */
  readonly #calls = new Set<Call>();
  #membership: Membership | undefined;

  constructor(settings: Settings, platform: Platform) {
    this.#settings = settings;
    this.#platform = platform;
  }

  call(request: CallRequest): Promise<Result> {
    let call: Call | undefined;
    const promise = new Promise<Result>((resolve, reject) => {
      const { signal } = request;
      const abort = () => this.#finish(call!, () => reject(signal?.reason));
      call = {
        ...request,
        resolve,
        reject,
        abort,
        isInFlight: false,
        attempts: 0,
        sent: undefined,
        timer: undefined,
      };
    });
    this.#calls.add(call!);
    if (request.signal?.aborted) call!.abort();
    else request.signal?.addEventListener('abort', call!.abort);
    this.pump();
    return promise;
  }

  /** Requests are sent there from now on, once it has joined. */
  use(membership: Membership | undefined): void {
    this.#membership = membership;
    this.pump();
  }

  /** Sends what can be sent. */
  pump(): void {
    const membership = this.#membership;
    if (membership?.error !== undefined) return this.#rejectAll(membership.error);
    if (membership?.isJoined !== true || membership.link.isEnded) return;
    let isFirstPublish = true;
    for (const call of this.#calls) {
      const isInTurn = call.action !== 'publish' || isFirstPublish;
      if (call.action === 'publish') isFirstPublish = false;
      if (isInTurn && !call.isInFlight) this.#send(call, membership);
    }
  }

  /** @param error with which all that wait are rejected */
  end(error: BackchannelError): void {
    this.#membership = undefined;
    this.#rejectAll(error);
  }

  #send(call: Call, membership: Membership): void {
    const { link } = membership;
    const now = this.#platform.clock.now();
    if (call.action === 'publish' && call.sent !== undefined) {
      const isKnown = this.#settings.isAuthenticated || call.sent.link === link;
      // some time for the way to the service
      if (!isKnown || now - call.sent.at > this.#settings.publishKeyMs * 0.8) {
        return this.#finish(call, () => call.reject(clientError('outcome_unknown')));
      }
    }
    call.isInFlight = true;
    const { sent } = call;
    call.sent ??= { link, at: now };
    link.request(call.action, call.fields, (reply) => {
      if (!this.#calls.has(call)) return;
      if (reply.type === 'error' && NOT_HANDLED.has(reply.code)) call.sent = sent;
      this.#settle(call, membership, reply);
    });
  }

  #settle(call: Call, membership: Membership, reply: Reply): void {
    if (reply.type !== 'error') return this.#finish(call, () => call.resolve(reply));
    const { code, message } = reply;
    if (PERMANENT.has(code)) {
      return this.#finish(call, () =>
        call.reject(new BackchannelError(code as BackchannelError['code'], message)),
      );
    }
    if (code === 'not_joined') membership.lost();
    call.attempts += 1;
    const again = () => {
      call.isInFlight = false;
      this.pump();
    };
    // the next connection is no reason to wait
    if (code === 'disconnected') again();
    else call.timer = this.#platform.clock.setTimeout(again, retryMs(call.attempts, this.#platform.random()));
  }

  #finish(call: Call, settle: () => void): void {
    if (!this.#calls.delete(call)) return;
    this.#platform.clock.clearTimeout(call.timer);
    call.signal?.removeEventListener('abort', call.abort);
    settle();
    this.pump();
  }

  #rejectAll(error: BackchannelError): void {
    const calls = [...this.#calls];
    for (const call of calls) this.#finish(call, () => call.reject(error));
  }
}

/** Errors after which the same request has no better chance. */
const PERMANENT: ReadonlySet<string> = new Set([
  'not_permitted',
  'channel_name_too_long',
  'too_many_channels',
  'bad_message',
  'not_json',
  'unknown_action',
  'key_reused',
  'message_too_large',
]);

/** Errors that say that the message was not handled. */
const NOT_HANDLED: ReadonlySet<string> = new Set(['not_joined', 'unknown_connection']);
