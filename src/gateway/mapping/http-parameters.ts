import { type JsonPath } from './json-path.js';

/**
 * Parameter mappings of HTTP APIs, parsed. Their grammar is not that of WebSocket APIs: `append:header.x` →
 * `$request.header.y` (H8.01 to H8.07).
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
 */

/** One entry of an integration's `RequestParameters`. */
export type HttpRequestMapping =
  | {
      readonly operation: 'append' | 'overwrite';
      readonly location: 'header' | 'querystring';
      readonly name: string;
      readonly value: MappedValue;
    }
  | { readonly operation: 'remove'; readonly location: 'header' | 'querystring'; readonly name: string }
  /** Replaces the whole path that is sent; the query string stays. */
  | { readonly operation: 'overwrite'; readonly location: 'path'; readonly value: MappedValue };

/** One entry of an integration's `ResponseParameters` for one status. */
export type HttpResponseMapping =
  | {
      readonly operation: 'append' | 'overwrite';
      readonly location: 'header';
      readonly name: string;
      readonly value: MappedValue;
    }
  | { readonly operation: 'remove'; readonly location: 'header'; readonly name: string }
  | { readonly operation: 'overwrite'; readonly location: 'statuscode'; readonly value: MappedValue };

/** Static text and variables, in order: `$request.header.x` is one variable, `a-${request.path.id}` a text and one. */
export type MappedValue = readonly (string | MappingVariable)[];

/** Where a value comes from. The first four read the message that is mapped: the request, or the response. */
export type MappingVariable =
  /** Name in lower case. */
  | { readonly kind: 'header'; readonly name: string }
  /** Empty path: the whole body. */
  | { readonly kind: 'body'; readonly path: JsonPath }
  /** Only of requests; so are the next two. */
  | { readonly kind: 'querystring'; readonly name: string }
  /** `$request.path`: without the stage. */
  | { readonly kind: 'path' }
  /** `$request.path.NAME`: a path variable of the route. */
  | { readonly kind: 'pathParameter'; readonly name: string }
  /** `$context.NAME` */
  | { readonly kind: 'context'; readonly name: string }
  /** `$stageVariables.NAME` */
  | { readonly kind: 'stageVariable'; readonly name: string };
