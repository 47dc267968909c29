import { type Config } from '../config/config.js';
import { type Store } from './store.js';

/**
 * Opens the store of the settings. Loads only its own libraries.
 *
 * @param warn logs what an operator should know
 * @throws {ConfigError} the store cannot be opened
 */
export async function openStore(
  { store, awsRegion: region }: Pick<Config, 'store' | 'awsRegion'>,
  warn: (fields: object, message: string) => void,
): Promise<Store> {
  switch (store.kind) {
    case 'embedded': {
      const { EmbeddedStore } = await import('./embedded.store.js');
      return EmbeddedStore.open({ ...store, warn });
    }
    case 'redis': {
      const { RedisStore } = await import('./redis.store.js');
      return RedisStore.connect({ ...store, warn });
    }
    case 'dynamodb': {
      const { DynamoDbStore } = await import('./dynamodb.store.js');
      return DynamoDbStore.connect({ ...store, region });
    }
  }
}
