import { connectionsClientSuite } from '../../../suites/connections-client.suite.js';

connectionsClientSuite('sdk');
