import { expect, it } from 'vitest';
import { type ChannelName } from '../../../../src/api/messages.js';
import { QUOTAS } from '../../../../src/api/quotas.js';
import {
  readContent,
  readProgress,
  writeContent,
  writeProgress,
} from '../../../../src/nest/channels/fan-out/channel-delivery.js';
import { messageFrame } from '../../../../src/nest/channels/message-frame.js';
import { frame } from '../../../../src/nest/connections/frame.js';
import { member } from '../members-of-channel.js';

const shard = { shardId: '1', content: '', progress: undefined, takes: 1 };

it('reads back what was written, for any message', () => {
  const content = {
    channel: 'news' as ChannelName,
    offset: 7,
    range: { after: member(1), until: member(2) },
    // data keeps its line breaks
    frame: messageFrame('news' as ChannelName, 7, '{"data":[\n"two\\nlines",\r\n"ü\u2028" ]}'),
  };
  expect(readContent({ ...shard, content: writeContent(content) })).toEqual(content);
});

it('takes at most 200 KB, however many characters of a message had to be escaped', () => {
  const message = { type: 'message', channel: 'c'.repeat(256), offset: 2 ** 53 - 1, data: '' } as const;
  const room = QUOTAS.messageBytes - Buffer.byteLength(frame(message));
  const content = writeContent({
    channel: message.channel as ChannelName,
    offset: message.offset,
    range: { after: member(1), until: member(2) },
    frame: frame({ ...message, data: '"'.repeat(room / 2) }),
  });
  expect(Buffer.byteLength(content)).toBeLessThan(200_000);
});

it('has no progress before a task has recorded any', () => {
  expect(readProgress(shard)).toEqual({ heardOfTake: 0 });
  const progress = { after: member(3), heardOfTake: 2 };
  expect(readProgress({ ...shard, progress: writeProgress(progress) })).toEqual(progress);
});

it('refuses a content of another form', () => {
  expect(() => readContent({ ...shard, content: 'x' })).toThrow(SyntaxError);
  expect(() => readContent({ ...shard, content: 'x\ny' })).toThrow(SyntaxError);
});
