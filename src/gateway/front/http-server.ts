import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Socket } from 'node:net';
import { type Logger } from 'pino';
import { LIMITS } from '../limits.js';
import { type RequestHandler } from './request-handler.js';
import { UnreadableRequests } from './unreadable-request.js';

export interface FrontServer {
  readonly server: Server;
  /**
   * Closes every socket that is still open. `closeAllConnections` does not know sockets before their TLS handshake, nor
   * those that an upgrade has detached from HTTP, but `close` waits for both.
   */
  destroySockets(): void;
}

/** @param tls certificate and key in PEM; plain HTTP without */
export function createFrontServer(
  handler: RequestHandler,
  tls: { readonly cert: string; readonly key: string } | undefined,
  log: Logger,
): FrontServer {
  const settings = {
    maxHeaderSize: LIMITS.handshakeHeaderBytes,
    headersTimeout: LIMITS.handshakeMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    // any other upgrade is an offer that may be ignored (RFC 9110, 7.8): Java's client offers h2c in each request
    shouldUpgradeCallback: (request: IncomingMessage) => handler.isHandshake(request),
  };
  const server = tls ? createTlsServer({ ...settings, ...tls }) : createHttpServer(settings);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const unreadable = new UnreadableRequests(log);
  server.on('request', (request, response) => void handler.request(request, response));
  server.on('clientError', (error, socket) => unreadable.respond(error, socket));
  server.on('upgrade', (request, socket, head) => handler.upgrade(request, socket as Socket, head));
  return {
    server,
    destroySockets: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
