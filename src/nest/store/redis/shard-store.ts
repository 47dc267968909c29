import { type Shard, ShardStore } from '../shard-store.js';
import { type Context } from './context.js';
import { FINISH_SHARD, PUT_SHARDS, RELEASE_SHARD, RENEW_SHARD, TAKE_SHARD } from './scripts/shard-scripts.js';
import { newUniqueName } from './unique-name.js';

/** Unfinished work, in one hash slot. */
export class RedisShardStore extends ShardStore {
  readonly #keys: readonly string[];

  constructor(private readonly context: Context) {
    super();
    this.#keys = context.keys.shards();
  }

  async putShards(contents: readonly string[]): Promise<void> {
    if (contents.length > 0)
      await this.context.server.run(PUT_SHARDS, this.#keys, [newUniqueName(), ...contents]);
  }

  async takeShard(leaseMs: number): Promise<Shard | undefined> {
    const { server, now } = this.context;
    const taken = await server.run(TAKE_SHARD, this.#keys, [now(), now() + leaseMs]);
    const [shardId, content, takes, progress] = taken as [string?, string?, number?, (string | null)?];
    if (shardId === undefined || content === undefined || takes === undefined) return undefined;
    return { shardId, content, progress: progress ?? undefined, takes };
  }

  async renewShard({ shardId, takes }: Shard, leaseMs: number, progress: string): Promise<boolean> {
    const { server, now } = this.context;
    const args = [shardId, takes, now(), now() + leaseMs, progress];
    return (await server.run(RENEW_SHARD, this.#keys, args)) === 1;
  }

  async releaseShard({ shardId, takes }: Shard, progress: string | undefined): Promise<void> {
    const { server, now } = this.context;
    const noted = progress === undefined ? [] : [progress];
    await server.run(RELEASE_SHARD, this.#keys, [shardId, takes, now(), ...noted]);
  }

  async finishShard({ shardId, takes }: Shard): Promise<void> {
    await this.context.server.run(FINISH_SHARD, this.#keys, [shardId, takes]);
  }

  async countShards(): Promise<number> {
    const contents = this.#keys[0]!;
    return Number(await this.context.server.send(contents, ['HLEN', contents]));
  }
}
