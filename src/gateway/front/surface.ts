import { isAdminPath } from '../admin/admin-api.js';
import { isControlPath } from '../control/control-api.js';
import { type StageAddress } from '../stage-address.js';

/**
 * The parts of the gateway that can command it, and are therefore closed to web pages. WebSocket handshakes are not
 * among them: as on AWS, any page may connect.
 */
export type Surface = 'admin' | 'control' | 'connections';

/** @returns `undefined` for a path that only a WebSocket handshake can use */
export function surfaceOf({ pathname }: URL, address: StageAddress | undefined): Surface | undefined {
  // before the control plane: a stage may be named v2
  if (address?.rest[0] === '@connections') return 'connections';
  if (isControlPath(pathname)) return 'control';
  return isAdminPath(pathname) ? 'admin' : undefined;
}
