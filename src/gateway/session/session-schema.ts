import { array, BOOLEAN, object, ref, type Schema, STRING, TIME } from '../recorder/schema.js';
import { SESSION_FORMAT, SESSION_VERSION } from './session.js';

/** The schema of an exported session; it refers to those of `EVENT_SCHEMAS`. */
export const SESSION_SCHEMA: Schema = {
  description: 'What the gateway has recorded, as a file that `backchannel-gateway replay` plays again.',
  ...object({
    format: { const: SESSION_FORMAT },
    version: { const: SESSION_VERSION },
    exportedAt: TIME,
    isComplete: { ...BOOLEAN, description: 'false if events were evicted before the export.' },
    apis: array(
      object(
        { apiId: STRING, protocol: { enum: ['WEBSOCKET', 'HTTP'] }, name: STRING },
        { logicalId: STRING },
      ),
    ),
    events: { ...array(ref('Event')), description: 'In the order in which they ended.' },
  }),
};
