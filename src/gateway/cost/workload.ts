import { MESSAGE_UNIT_BYTES, unitsOf } from '../prices.js';
import { type Usage } from '../meter/usage.js';

/** What clients and backends do all month. */
export interface Workload {
  /** Open all the time. */
  readonly connections: number;
  /** Published each minute, by all clients and backends together. */
  readonly messagesPerMinute: number;
  /** Size of a message. */
  readonly bytes: number;
  /** Connections that receive each message. */
  readonly fanOut: number;
  /** Whether messages come from clients, and so through API Gateway, or from backends. */
  readonly publishers: 'clients' | 'backends';
  /** How clients receive a reply to each message that they send. */
  readonly replies: 'none' | 'callback' | 'response';
  /** Messages to one connection that are sent together, as one. */
  readonly messagesPerPost: number;
  /** Time between two heartbeats of a client, each with a reply; undefined for clients without. */
  readonly heartbeatSeconds: number | undefined;
}

/** What passes API Gateway in a month. */
export interface Traffic {
  readonly minutes: number;
  /** Handshakes: API Gateway closes each connection after two hours. */
  readonly connects: number;
  readonly published: number;
  /** Messages of clients, heartbeats included. */
  readonly fromClients: number;
  readonly bytesFromClients: number;
  /** Messages to clients; several may be sent as one. */
  readonly toClients: number;
  readonly bytesToClients: number;
  /** Those of `toClients` that are requests to `@connections`; the others are responses of the integration. */
  readonly posts: number;
  readonly bytesOfPosts: number;
  /** As API Gateway meters it. */
  readonly usage: Usage;
}

/** As AWS's calculator has it: a twelfth of a year. */
export const MONTH_HOURS = 730;

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LIFETIME_HOURS = 2;

/** A heartbeat or a reply without data. */
const SMALL_BYTES = 100;

export function trafficOf(workload: Workload): Traffic {
  const { connections, bytes, messagesPerPost, heartbeatSeconds } = workload;
  const minutes = MONTH_HOURS * 60;
  const published = workload.messagesPerMinute * minutes;
  const sent = workload.publishers === 'clients' ? published : 0;
  const beats = heartbeatSeconds === undefined ? 0 : (connections * minutes * 60) / heartbeatSeconds;
  const replies = beats + (workload.replies === 'none' ? 0 : sent);
  const deliveries = (published * workload.fanOut) / messagesPerPost;
  const bytesOfDeliveries = deliveries * bytes * messagesPerPost;
  const posts = deliveries + (workload.replies === 'response' ? 0 : replies);
  return {
    minutes,
    connects: (connections * MONTH_HOURS) / LIFETIME_HOURS,
    published,
    fromClients: sent + beats,
    bytesFromClients: sent * bytes + beats * SMALL_BYTES,
    toClients: deliveries + replies,
    bytesToClients: bytesOfDeliveries + replies * SMALL_BYTES,
    posts,
    bytesOfPosts: bytesOfDeliveries + (posts - deliveries) * SMALL_BYTES,
    usage: {
      messagesIn: sent * unitsOf(bytes, MESSAGE_UNIT_BYTES) + beats,
      messagesOut: deliveries * unitsOf(bytes * messagesPerPost, MESSAGE_UNIT_BYTES) + replies,
      connections,
      connectionMinutes: connections * minutes,
      httpRequests: 0,
    },
  };
}
