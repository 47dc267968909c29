import { newTraceId } from '../../ids.js';
import { HOP_BY_HOP_HEADERS } from '../../hop-by-hop-headers.js';
import { type RouteEvent } from '../route-event.js';

type Headers = readonly (readonly [string, string])[];

/**
 * The headers that an `HTTP_PROXY` integration sends before any mapping, as recorded (PROTOCOL.md lists them by
 * route): the client's own on `$connect`, none of them on other routes, and nothing about the connection on any
 * route.
 *
 * @param host of the integration's URI
 */
export function proxyHeaders(event: RouteEvent, host: string): Headers {
  const { connection, handshake, message } = event;
  const { gatewayIp } = connection;
  const always = [
    ['Host', host],
    ['x-amzn-apigateway-api-id', connection.apiId],
  ] as const;
  const userAgent = ['User-Agent', `AmazonAPIGateway_${connection.apiId}`] as const;

  if (handshake !== undefined) {
    const forwardedFor = [...(handshake.header.get('x-forwarded-for') ?? []), connection.sourceIp, gatewayIp];
    return [
      ...clientHeaders(handshake.rawHeaders),
      ...always,
      // the client's own is kept: django-aws-api-gateway-websockets checks it on every route but $connect
      ...(handshake.header.has('user-agent') ? [] : [userAgent]),
      ['X-Amzn-Trace-Id', newTraceId()],
      ['X-Forwarded-For', forwardedFor.join(', ')],
      ['X-Forwarded-Port', '443'],
      ['X-Forwarded-Proto', 'https, https'],
    ];
  }
  if (message !== undefined) {
    return [
      ...always,
      userAgent,
      // whatever the message contains
      ['Content-Type', 'application/json; charset=UTF-8'],
      ['X-Forwarded-For', gatewayIp],
      ['X-Forwarded-Proto', 'https'],
    ];
  }
  return [
    ...always,
    userAgent,
    ['x-api-key', ''],
    ['X-Forwarded-For', `, ${gatewayIp}`],
    ['X-Forwarded-Proto', 'https'],
    ['x-restapi', ''],
  ];
}

/**
 * The headers that an `HTTP` integration sends before any mapping: the same on every route, none of the client's.
 * Recorded on a message route (public code no. 3763628955), assumed for the others.
 */
export function httpHeaders({ connection }: RouteEvent, host: string): Headers {
  return [
    ['Host', host],
    ['x-amzn-apigateway-api-id', connection.apiId],
    ['X-Amzn-Trace-Id', newTraceId()],
    ['User-Agent', `AmazonAPIGateway_${connection.apiId}`],
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json'],
    ['X-Forwarded-For', connection.gatewayIp],
    ['X-Forwarded-Proto', 'https'],
  ];
}

/** Headers of the handshake that belong to the client's connection, or that the gateway sets itself. */
const NOT_FORWARDED = new Set([
  ...HOP_BY_HOP_HEADERS,
  'expect',
  'host',
  'x-amzn-apigateway-api-id',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

function* clientHeaders(rawHeaders: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!NOT_FORWARDED.has(name.toLowerCase())) yield [name, value];
  }
}
