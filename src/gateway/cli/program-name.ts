/** The name of the program in every usage, also when npm started it. */
export const PROGRAM = 'backchannel-gateway';
