/** The beginning of a connection id, by which people tell ids apart. A text that is too short to be one is not cut. */
export const shortId = (id: string): string => (id.length < MIN_CUT ? id : id.slice(0, SHOWN));

const MIN_CUT = 12;
const SHOWN = 6;
