import { requireNode } from '../program/require-node.js';

/** The CDK app, as `npx cdk deploy --app "node dist/cdk/app.js"` and `npm run synth` name it. */
requireNode('synth');
await import('./synthesise.js');
