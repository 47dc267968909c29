import { CLIENTS } from './clients/clients-view.js';
import { CONNECTIONS } from './connections/connections-view.js';
import { TIMELINE } from './timeline/timeline-view.js';
import { type View } from './view.js';

/** The views of the page, in the order of the navigation: the first one has the key 1. */
export const VIEWS: readonly View[] = [TIMELINE, CONNECTIONS, CLIENTS];
