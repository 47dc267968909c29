import { DynamoDbStore } from '../../../src/nest/store/dynamodb.store.js';
import { storeSuite } from '../../suites/store.suite.js';
import { LocalDynamoDb, REGION } from '../../support/dynamodb.js';

// tests of what only DynamoDB has are in `dynamodb/`
storeSuite({
  name: 'DynamoDB',
  async open(options) {
    const dynamoDb = await LocalDynamoDb.start();
    const table = await dynamoDb.createTable();
    const stores: DynamoDbStore[] = [];
    const openBeside = async () => {
      const { endpoint } = dynamoDb;
      const store = await DynamoDbStore.connect({
        table,
        endpoint,
        region: REGION,
        timeoutMs: 20_000,
        ...options,
      });
      stores.push(store);
      return store;
    };
    const store = await openBeside();
    return {
      store,
      openBeside,
      async reopen() {
        await store.close();
        return openBeside();
      },
      cutOff: () => dynamoDb.close(),
      async [Symbol.asyncDispose]() {
        await Promise.all(stores.map((opened) => opened.close()));
        await dynamoDb.close();
      },
    };
  },
});
