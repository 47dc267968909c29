import { LIMITS } from '../../limits.js';

/**
 * The messages that wait for all clients together. While at most half of the bound is used, each client may have its whole
 * buffer; beyond that its share shrinks with what is free. A client for which nothing waits is never refused.
 */
export class ClientBuffers {
  #bytes = 0;

  /** @param maxBytes for all clients */
  constructor(private readonly maxBytes: number = LIMITS.clientBuffersBytes) {}

  /** Bytes that wait for all clients. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that may wait for one client now. */
  get share(): number {
    const free = Math.max(0, this.maxBytes - this.#bytes);
    return LIMITS.clientBufferBytes * Math.min(1, (2 * free) / this.maxBytes);
  }

  /** @param bytes by which the buffer of a client has grown; negative if it has shrunk */
  grew(bytes: number): void {
    this.#bytes += bytes;
  }
}
