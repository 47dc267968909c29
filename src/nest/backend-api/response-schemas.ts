import { z } from 'zod';
import { PROBLEMS } from '../../api/errors.js';

/**
 * Bodies of the responses to other backends: the schemas for the OpenAPI document, the types for the controllers. The `id`
 * of a schema is its name in the document and in generated clients.
 */

const epoch = z.string().meta({ description: "Identifies the channel's log; a new log has a new epoch." });
const offset = z.int().min(0).meta({ description: "The position in the channel's log." });
const milliseconds = z.int().min(0).meta({ description: 'In milliseconds since 1970.' });
const count = z.int().min(0);

/** RFC 9457. */
export const ProblemBody = z
  .object({
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, for programs. Each response lists its codes.' }),
    detail: z.string().meta({ description: 'For people; may change.' }),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        title: PROBLEMS.bad_request.title,
        status: 400,
        code: 'bad_request',
        detail: 'data: missing, expected any JSON value',
      },
    ],
  });
export type ProblemBody = z.infer<typeof ProblemBody>;

export const PublishedResponse = z
  .object({ epoch, offset })
  .meta({ id: 'PublishedResponse', examples: [{ epoch: 'b3EvkwxGtLBH', offset: 7 }] });
export type PublishedResponse = z.infer<typeof PublishedResponse>;

export const NotPublished = z.object({ problem: ProblemBody }).meta({ id: 'NotPublished' });

export const BatchResponse = z
  .object({
    results: z
      .array(z.union([PublishedResponse, NotPublished]))
      .meta({ description: 'One for each message, in the order of the request.' }),
  })
  .meta({
    id: 'BatchResponse',
    examples: [
      {
        results: [
          { epoch: 'b3EvkwxGtLBH', offset: 8 },
          {
            problem: {
              title: PROBLEMS.message_too_large.title,
              status: 413,
              code: 'message_too_large',
              detail: 'The message would have 140000 bytes, API Gateway allows 131072.',
            },
          },
        ],
      },
    ],
  });
export type BatchResponse = z.infer<typeof BatchResponse>;

export const DeliveredResponse = z
  .object({
    delivered: count.meta({ description: 'Connections for which API Gateway accepted the message.' }),
    gone: count.meta({ description: 'Connections that were closed already; they are forgotten now.' }),
    failed: count.meta({
      description: 'Connections to which the message could not be sent; the log has the reason.',
    }),
  })
  .meta({ id: 'DeliveredResponse', examples: [{ delivered: 2, gone: 1, failed: 0 }] });
export type DeliveredResponse = z.infer<typeof DeliveredResponse>;

export const DisconnectedResponse = z
  .object({
    disconnected: count.meta({ description: 'Connections that were closed, with code 1000.' }),
    gone: count.meta({ description: 'Connections that were closed already; they are forgotten now.' }),
    failed: count.meta({ description: 'Connections that could not be closed; the log has the reason.' }),
  })
  .meta({ id: 'DisconnectedResponse', examples: [{ disconnected: 2, gone: 0, failed: 0 }] });
export type DisconnectedResponse = z.infer<typeof DisconnectedResponse>;

export const ReconnectsResponse = z
  .object({
    notified: count.meta({ description: 'Connections for which API Gateway accepted the message.' }),
    gone: count.meta({ description: 'Connections that were closed already; they are forgotten now.' }),
    failed: count.meta({
      description: 'Connections to which the message could not be sent; the log has the reason.',
    }),
    connectedBefore: milliseconds.meta({
      description: 'For all further requests, also when you repeat them.',
    }),
    next: z
      .string()
      .optional()
      .meta({ description: 'Present if more connections may follow: `after` of the next request.' }),
  })
  .meta({
    id: 'ReconnectsResponse',
    examples: [
      {
        notified: 998,
        gone: 1,
        failed: 1,
        connectedBefore: 1_700_000_000_000,
        next: '0.Lg5x9cZPoAMCJBQ=',
      },
    ],
  });
export type ReconnectsResponse = z.infer<typeof ReconnectsResponse>;

export const ConnectionResponse = z
  .object({
    connectionId: z.string(),
    userId: z
      .string()
      .optional()
      .meta({ description: 'The user; only where connections are authenticated.' }),
    connectedAt: milliseconds,
    lastActiveAt: milliseconds,
  })
  .meta({
    id: 'ConnectionResponse',
    examples: [
      {
        connectionId: 'Lg5x9cZPoAMCJBQ=',
        userId: 'alice',
        connectedAt: 1_700_000_000_000,
        lastActiveAt: 1_700_000_060_000,
      },
    ],
  });
export type ConnectionResponse = z.infer<typeof ConnectionResponse>;

export const ConnectionsResponse = z
  .object({ connections: z.array(ConnectionResponse).meta({ description: 'At most 1,000.' }) })
  .meta({ id: 'ConnectionsResponse' });
export type ConnectionsResponse = z.infer<typeof ConnectionsResponse>;

export const ChannelResponse = z
  .object({ members: count.meta({ description: 'The number of members.' }), epoch, offset })
  .meta({ id: 'ChannelResponse', examples: [{ members: 2, epoch: 'b3EvkwxGtLBH', offset: 8 }] });
export type ChannelResponse = z.infer<typeof ChannelResponse>;

export const Member = z
  .object({
    connectionId: z.string(),
    userId: z
      .string()
      .optional()
      .meta({ description: 'The user; only where connections are authenticated.' }),
    joinedAt: milliseconds,
  })
  .meta({ id: 'Member' });

export const MembersResponse = z
  .object({
    members: z.array(Member),
    next: z
      .string()
      .optional()
      .meta({ description: 'Present if more members may follow: `after` of the next page.' }),
  })
  .meta({
    id: 'MembersResponse',
    examples: [
      { members: [{ connectionId: 'Lg5x9cZPoAMCJBQ=', userId: 'alice', joinedAt: 1_700_000_000_000 }] },
    ],
  });
export type MembersResponse = z.infer<typeof MembersResponse>;

export const HistoryMessage = z
  .object({
    offset,
    publishedAt: milliseconds,
    data: z.unknown().meta({ description: 'The content, any JSON value, as it was published.' }),
    from: z
      .string()
      .optional()
      .meta({ description: "The publisher's connection; absent for messages of other backends." }),
    user: z.string().optional().meta({ description: "The publisher's user." }),
  })
  .meta({ id: 'HistoryMessage' });

export const HistoryResponse = z
  .object({
    epoch,
    offset: offset.meta({ description: "The position of the log's last message; 0 if there was none." }),
    recovered: z.boolean().optional().meta({
      description: 'With `since_offset`: whether the log still has every message after it.',
    }),
    messages: z.array(HistoryMessage),
  })
  .meta({
    id: 'HistoryResponse',
    examples: [
      {
        epoch: 'b3EvkwxGtLBH',
        offset: 8,
        recovered: true,
        messages: [{ offset: 8, publishedAt: 1_700_000_000_000, data: { text: 'hello' } }],
      },
    ],
  });
export type HistoryResponse = z.infer<typeof HistoryResponse>;

export const CountsResponse = z
  .object({ connections: count, channels: count.meta({ description: 'Channels that have members.' }) })
  .meta({ id: 'CountsResponse', examples: [{ connections: 1200, channels: 80 }] });
export type CountsResponse = z.infer<typeof CountsResponse>;
