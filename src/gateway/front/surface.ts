import { isAdminPath } from '../admin/admin-api.js';
import { isControlRequest } from '../control/control-api.js';
import { type StageAddress } from '../stage-address.js';

/**
 * The parts of the gateway that can command it, and are therefore closed to web pages. WebSocket handshakes are not
 * among them: as on AWS, any page may connect.
 */
export type Surface = 'admin' | 'control' | 'connections';

/**
 * @param authorization the header
 * @returns `undefined` for a path that only a WebSocket handshake can use
 */
export function surfaceOf(
  { pathname }: URL,
  address: StageAddress | undefined,
  authorization: string | undefined,
): Surface | undefined {
  // before the control plane: a stage may be named v2
  if (address?.rest[0] === '@connections') return 'connections';
  if (isAdminPath(pathname)) return 'admin';
  return isControlRequest(pathname, authorization) ? 'control' : undefined;
}
