/** The Node.js of the published packages: undici 8 needs it. */
export const ENGINES = { node: '>=22.19' };
