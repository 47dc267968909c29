import { type StoreSettings } from '../config/store-settings.js';
import { loadWith } from '../optional-package.js';
import { type Store } from './store.js';

/**
 * Opens the store of the settings. Loads only its own libraries.
 *
 * @param warn logs what an operator should know
 * @throws {ConfigError} the store cannot be opened
 */
export async function openStore(
  store: StoreSettings,
  region: string,
  warn: (fields: object, message: string) => void,
): Promise<Store> {
  switch (store.kind) {
    case 'embedded': {
      const { EmbeddedStore } = await import('./embedded.store.js');
      return EmbeddedStore.open({ ...store, warn });
    }
    case 'redis': {
      const { RedisStore } = await loadWith('STORE=redis', () => import('./redis.store.js'));
      return RedisStore.connect({ ...store, warn });
    }
    case 'dynamodb': {
      const { DynamoDbStore } = await loadWith('STORE=dynamodb', () => import('./dynamodb.store.js'));
      return DynamoDbStore.connect({ ...store, region });
    }
  }
}
