import { type Config } from '../config/config.js';
import { loadWith } from '../optional-package.js';
import { NoStore } from './no-store.js';
import { type Store } from './store.js';

/**
 * Opens the store of the settings, if there is one. Loads only its own libraries.
 *
 * @param warn logs what an operator should know
 * @throws {ConfigError} the store cannot be opened
 */
export async function openStore(
  { store, awsRegion: region }: Pick<Config, 'store' | 'awsRegion'>,
  warn: (fields: object, message: string) => void,
): Promise<Store> {
  if (store === undefined) return new NoStore();
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
