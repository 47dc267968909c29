import { APIS } from './apis/apis-view.js';
import { CLIENTS } from './clients/clients-view.js';
import { CONNECTIONS } from './connections/connections-view.js';
import { METER } from './meter/meter-view.js';
import { TIME_AND_FAULTS } from './time-and-faults/time-and-faults-view.js';
import { TIMELINE } from './timeline/timeline-view.js';
import { type View } from './view.js';

/** The views of the page, in the order of the navigation: the first one has the key 1. */
export const VIEWS: readonly View[] = [TIMELINE, CONNECTIONS, CLIENTS, APIS, TIME_AND_FAULTS, METER];
