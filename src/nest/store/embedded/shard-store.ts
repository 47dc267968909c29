import { type Shard, ShardStore } from '../shard-store.js';
import { type EmbeddedDatabase } from './database.js';

export class EmbeddedShardStore extends ShardStore {
  readonly #database: EmbeddedDatabase;

  constructor(database: EmbeddedDatabase) {
    super();
    this.#database = database;
  }

  async putShards(contents: readonly string[]): Promise<void> {
    this.#database.growInTransaction(() => {
      for (const content of contents) this.#database.statements.putShard.run(content);
    });
  }

  async takeShard(leaseMs: number): Promise<Shard | undefined> {
    const now = this.#database.now();
    return this.#database.attempt(() => {
      const row = this.#database.statements.takeShard.get(now + leaseMs, now);
      return row && ({ ...row, progress: row['progress'] ?? undefined } as unknown as Shard);
    });
  }

  async renewShard({ shardId, takes }: Shard, leaseMs: number, progress: string): Promise<boolean> {
    const { statements } = this.#database;
    const now = this.#database.now();
    return this.#database.attempt(
      () => statements.renewShard.run(now + leaseMs, progress, shardId, takes, now).changes === 1,
    );
  }

  async releaseShard({ shardId, takes }: Shard, progress: string | undefined): Promise<void> {
    const { statements, now } = this.#database;
    this.#database.attempt(() => statements.releaseShard.run(progress ?? null, shardId, takes, now()));
  }

  async finishShard({ shardId, takes }: Shard): Promise<void> {
    this.#database.attempt(() => this.#database.statements.finishShard.run(shardId, takes));
  }

  async countShards(): Promise<number> {
    return this.#database.attempt(() => Number(this.#database.statements.countShards.get()?.['count']));
  }
}
