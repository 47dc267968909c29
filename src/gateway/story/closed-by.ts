import { type Close, CLOSES } from '../errors.js';

/** Which side closed a connection: the gateway has its own codes with their reasons. */
export const closedBy = ({ code, reason }: Close): 'client' | 'gateway' =>
  Object.values(CLOSES).some((close) => close.code === code && close.reason === reason)
    ? 'gateway'
    : 'client';
