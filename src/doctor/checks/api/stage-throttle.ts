import { type RouteSettings } from '../../aws/api-gateway.js';
import { type Check, type Finding, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const stageThrottle: Check = {
  id: 'stage-throttle',
  group: 'api',
  title: 'the stage lets events through',
  severity: 'problem',
  reason:
    'a rate or burst of 0 refuses every event with 429, and a burst that is far below the rate refuses events that come together',
  fix: 'aws apigatewayv2 update-stage --api-id {api} --stage-name {stage} --default-route-settings ThrottlingRateLimit=RATE,ThrottlingBurstLimit=BURST, or remove both settings for the limits of the account',
  section: '27',
  permissions: READ_API,
  async run({ api }) {
    const stage = await api.stage();
    const settings: readonly (readonly [string, RouteSettings])[] = [
      ['every route', stage.defaultSettings],
      ...Object.entries(stage.routeSettings),
    ];
    const found = settings.flatMap(([key, { rateLimit, burstLimit }]): readonly Finding[] => {
      const limits = `${key}: ${rateLimit ?? 'no'} events per second with a burst of ${burstLimit ?? 'the account'}`;
      if (rateLimit === 0 || burstLimit === 0) return [{ seen: limits }];
      const isSmall = rateLimit !== undefined && burstLimit !== undefined && burstLimit < rateLimit / 10;
      return isSmall ? [{ severity: 'warning', seen: limits }] : [];
    });
    const { rateLimit, burstLimit } = stage.defaultSettings;
    return findings(
      found,
      rateLimit === undefined
        ? 'the limits of the account'
        : `${rateLimit}/s, burst ${burstLimit ?? 'of the account'}`,
    );
  },
};
