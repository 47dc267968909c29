import { App } from 'aws-cdk-lib';
import { AuctionStack } from './auction-stack.js';

const app = new App({ outdir: 'cdk.out' });
new AuctionStack(app, 'Auction');
app.synth();
