import { type Config } from '../config/config.js';
import { type Store } from './store.js';

/**
 * Opens the store of the settings. Loads only its own libraries.
 *
 * @throws {ConfigError} the store cannot be opened
 */
export async function openStore({ store, awsRegion: region }: Config): Promise<Store> {
  switch (store.kind) {
    case 'embedded': {
      const { EmbeddedStore } = await import('./embedded.store.js');
      return EmbeddedStore.open(store);
    }
    case 'redis': {
      const { RedisStore } = await import('./redis.store.js');
      return RedisStore.connect(store);
    }
    case 'dynamodb': {
      const { DynamoDbStore } = await import('./dynamodb.store.js');
      return DynamoDbStore.connect({ ...store, region });
    }
  }
}
