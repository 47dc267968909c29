import { z } from 'zod';
import { PROBLEMS } from '../../api/errors.js';

/** What other backends are answered. The OpenAPI document is made of these schemas, and the controllers of their types. */

const epoch = z.string().meta({ description: "Names one life of the channel's log." });
const offset = z.int().min(0).meta({ description: "The place in the channel's log." });
const milliseconds = z.int().min(0).meta({ description: 'In milliseconds since 1970.' });
const count = z.int().min(0);

/** RFC 9457. */
export const ProblemBody = z
  .object({
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'For programs; stays the same. Each response names its own.' }),
    detail: z.string().meta({ description: 'For people; may change.' }),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        title: PROBLEMS.bad_request.title,
        status: 400,
        code: 'bad_request',
        detail: 'data: expected any JSON value',
      },
    ],
  });
export type ProblemBody = z.infer<typeof ProblemBody>;

export const PublishedAnswer = z
  .object({ epoch, offset })
  .meta({ examples: [{ epoch: 'b3EvkwxGtLBH', offset: 7 }] });
export type PublishedAnswer = z.infer<typeof PublishedAnswer>;

export const BatchAnswer = z
  .object({
    results: z
      .array(z.union([z.object({ epoch, offset }), z.object({ problem: ProblemBody })]))
      .meta({ description: 'One for each message, in the order of the request.' }),
  })
  .meta({
    examples: [
      {
        results: [
          { epoch: 'b3EvkwxGtLBH', offset: 8 },
          {
            problem: {
              title: PROBLEMS.message_too_large.title,
              status: 413,
              code: 'message_too_large',
              detail: '140000 bytes would be delivered, API Gateway carries 131072',
            },
          },
        ],
      },
    ],
  });
export type BatchAnswer = z.infer<typeof BatchAnswer>;

export const DeliveredAnswer = z
  .object({
    delivered: count.meta({ description: 'Connections for which API Gateway took the message.' }),
    gone: count.meta({ description: 'Connections that had left, and are forgotten now.' }),
    failed: count.meta({ description: 'Connections to which it could not be sent; the log says why.' }),
  })
  .meta({ examples: [{ delivered: 2, gone: 1, failed: 0 }] });
export type DeliveredAnswer = z.infer<typeof DeliveredAnswer>;

export const DisconnectedAnswer = z
  .object({
    disconnected: count.meta({ description: 'Connections that were closed, with code 1000.' }),
    gone: count.meta({ description: 'Connections that had left, and are forgotten now.' }),
    failed: count.meta({ description: 'Connections that could not be closed; the log says why.' }),
  })
  .meta({ examples: [{ disconnected: 2, gone: 0, failed: 0 }] });
export type DisconnectedAnswer = z.infer<typeof DisconnectedAnswer>;

export const ConnectionAnswer = z
  .object({
    connectionId: z.string(),
    userId: z.string().optional().meta({ description: 'Who it is, where connections are authenticated.' }),
    connectedAt: milliseconds,
    lastActiveAt: milliseconds,
  })
  .meta({
    examples: [
      {
        connectionId: 'Lg5x9cZPoAMCJBQ=',
        userId: 'alice',
        connectedAt: 1_700_000_000_000,
        lastActiveAt: 1_700_000_060_000,
      },
    ],
  });
export type ConnectionAnswer = z.infer<typeof ConnectionAnswer>;

export const ConnectionsAnswer = z.object({
  connections: z.array(ConnectionAnswer).meta({ description: 'The first 1,000.' }),
});
export type ConnectionsAnswer = z.infer<typeof ConnectionsAnswer>;

export const ChannelAnswer = z
  .object({ members: count.meta({ description: 'How many there are.' }), epoch, offset })
  .meta({ examples: [{ members: 2, epoch: 'b3EvkwxGtLBH', offset: 8 }] });
export type ChannelAnswer = z.infer<typeof ChannelAnswer>;

export const MembersAnswer = z
  .object({
    members: z.array(
      z.object({ connectionId: z.string(), userId: z.string().optional(), joinedAt: milliseconds }),
    ),
    next: z
      .string()
      .optional()
      .meta({ description: 'There when more may follow: `after` of the next page.' }),
  })
  .meta({
    examples: [
      { members: [{ connectionId: 'Lg5x9cZPoAMCJBQ=', userId: 'alice', joinedAt: 1_700_000_000_000 }] },
    ],
  });
export type MembersAnswer = z.infer<typeof MembersAnswer>;

export const HistoryAnswer = z
  .object({
    epoch,
    offset: offset.meta({ description: "Of the log's last message; 0 before the first one." }),
    recovered: z.boolean().optional().meta({
      description: 'With `since_offset`: whether nothing is missing between it and the first of `messages`.',
    }),
    messages: z.array(
      z.object({
        offset,
        publishedAt: milliseconds,
        data: z.unknown(),
        from: z.string().optional().meta({ description: "The publisher's connection." }),
        user: z.string().optional().meta({ description: 'Who the publisher is.' }),
      }),
    ),
  })
  .meta({
    examples: [
      {
        epoch: 'b3EvkwxGtLBH',
        offset: 8,
        recovered: true,
        messages: [{ offset: 8, publishedAt: 1_700_000_000_000, data: { text: 'hello' } }],
      },
    ],
  });
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

export const CountsAnswer = z
  .object({ connections: count, channels: count.meta({ description: 'Channels that have members.' }) })
  .meta({ examples: [{ connections: 1200, channels: 80 }] });
export type CountsAnswer = z.infer<typeof CountsAnswer>;
