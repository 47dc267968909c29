import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type DeliveryReport } from '../callback/delivery-report.js';
import { type Recipient } from '../callback/recipient.js';
import { type ConnectionInfo, Connections } from './connections.js';
import { ConnectionsService } from './connections.service.js';
import { type Frame, textFrame } from './frame.js';

/** {@link Connections} as applications inject them: takes ids and messages of any origin. */
@Injectable()
export class InjectedConnections extends Connections {
  constructor(private readonly connections: ConnectionsService) {
    super();
  }

  override async post(connectionId: string, data: string | object): Promise<'delivered' | 'gone'> {
    return this.connections.deliver(idOf(connectionId), frameOf(data));
  }

  override async postToMany(
    connectionIds: Iterable<string> | AsyncIterable<string>,
    data: string | object,
  ): Promise<DeliveryReport> {
    return this.connections.deliverToMany(pagesOf(connectionIds), frameOf(data));
  }

  override async get(connectionId: string): Promise<ConnectionInfo | undefined> {
    return this.connections.inspect(idOf(connectionId));
  }

  override async disconnect(connectionId: string): Promise<'disconnected' | 'gone'> {
    return this.connections.disconnect(idOf(connectionId));
  }
}

/** @throws {TooLargeError} it is larger than API Gateway allows */
function frameOf(data: string | object): Frame {
  if (typeof data === 'string') return textFrame(data);
  const text = JSON.stringify(data) as string | undefined;
  if (text === undefined) throw new TypeError('expected a string, or an object that is JSON, as the message');
  return textFrame(text);
}

function idOf(connectionId: string): ConnectionId {
  if (typeof connectionId === 'string' && connectionId !== '') return connectionId as ConnectionId;
  throw new TypeError(`expected a connection id, not ${JSON.stringify(connectionId) ?? typeof connectionId}`);
}

async function* pagesOf(
  connectionIds: Iterable<string> | AsyncIterable<string>,
): AsyncIterable<readonly Recipient[]> {
  let page: Recipient[] = [];
  for await (const connectionId of connectionIds) {
    page.push({ connectionId: idOf(connectionId) });
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

const PAGE = 100;
