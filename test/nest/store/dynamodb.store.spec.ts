import { storeSuite } from '../../suites/store.suite.js';
import { openDynamoDbStores } from '../../support/dynamodb-store.js';

// tests of what only DynamoDB has are in `dynamodb/`
storeSuite({ name: 'DynamoDB', open: openDynamoDbStores, canBeFull: false, hasServerTime: true });
