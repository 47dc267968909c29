import { type Check } from '../check.js';
import { logRole } from './account/log-role.js';
import { newConnections } from './account/new-connections.js';
import { requests } from './account/requests.js';
import { alarmState, alarmsNotify, errorsWatched } from './alarms/alarms.js';
import { recentErrors } from './alarms/recent-errors.js';
import { accessLog } from './api/access-log.js';
import { defaultRoute } from './api/default-route.js';
import { deploymentCurrent } from './api/deployment-current.js';
import { protocol } from './api/protocol.js';
import { selectionExpression } from './api/selection-expression.js';
import { stage } from './api/stage.js';
import { stageThrottle } from './api/stage-throttle.js';
import { egress } from './callbacks/egress.js';
import { endpoint } from './callbacks/endpoint.js';
import { connectionsPolicy } from './callbacks/connections-policy.js';
import { privateDns } from './callbacks/private-dns.js';
import { publicName } from './callbacks/public-name.js';
import { wayOut } from './callbacks/way-out.js';
import { domainDns } from './domains/domain-dns.js';
import { domainStatus } from './domains/domain-status.js';
import { reachable } from './domains/reachable.js';
import { deployment } from './ecs/deployment.js';
import { keepAlive } from './ecs/keep-alive.js';
import { stopTimeout } from './ecs/stop-timeout.js';
import { tasks } from './ecs/tasks.js';
import { connectOnlySource } from './integrations/connect-only-source.js';
import { connectionId } from './integrations/connection-id.js';
import { method } from './integrations/method.js';
import { routeResponse } from './integrations/route-response.js';
import { routeTarget } from './integrations/route-target.js';
import { secret } from './integrations/secret.js';
import { timeout } from './integrations/timeout.js';
import { undeclaredSource } from './integrations/undeclared-source.js';
import { upgradeHeaders } from './integrations/upgrade-headers.js';
import { active } from './load-balancer/active.js';
import { listener } from './load-balancer/listener.js';
import { privateLinkRules } from './load-balancer/private-link-rules.js';
import { proxyProtocol } from './load-balancer/proxy-protocol.js';
import { targetHealth } from './load-balancer/target-health.js';
import { zones } from './load-balancer/zones.js';
import { certificateName } from './tls/certificate-name.js';
import { certificateValidity } from './tls/certificate-validity.js';
import { available } from './vpc-link/available.js';
import { version } from './vpc-link/version.js';

/** All checks, in the order of the report: from the account inwards to the tasks, and back to the client. */
export const CHECKS: readonly Check[] = [
  logRole,
  newConnections,
  requests,
  protocol,
  selectionExpression,
  defaultRoute,
  stage,
  deploymentCurrent,
  stageThrottle,
  accessLog,
  routeTarget,
  connectionId,
  secret,
  connectOnlySource,
  undeclaredSource,
  method,
  upgradeHeaders,
  routeResponse,
  timeout,
  version,
  available,
  active,
  listener,
  privateLinkRules,
  zones,
  targetHealth,
  proxyProtocol,
  tasks,
  deployment,
  stopTimeout,
  keepAlive,
  connectionsPolicy,
  endpoint,
  privateDns,
  publicName,
  wayOut,
  egress,
  reachable,
  domainStatus,
  domainDns,
  certificateValidity,
  certificateName,
  errorsWatched,
  alarmsNotify,
  alarmState,
  recentErrors,
];
