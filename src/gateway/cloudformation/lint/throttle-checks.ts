import { type Place } from '../cloudformation-error.js';
import { type Node } from '../document.js';
import { asNumber } from '../wire-input.js';
import { type Check, type Report, type Subject } from './subject.js';

/** Checks the limits of stages: one of 0 refuses every request. */
export const checkThrottles: Check = (subject, report) => {
  for (const stage of subject.resources('AWS::ApiGatewayV2::Stage')) {
    const { logicalId, properties } = stage;
    checkSettings(
      subject,
      properties.get('DefaultRouteSettings')?.value,
      `${logicalId}: every route`,
      report,
    );
    const routes = subject.selectedBranch(properties.get('RouteSettings')?.value);
    if (routes?.kind !== 'dictionary') continue;
    for (const [key, { value }] of routes.entries) {
      checkSettings(subject, value, `${logicalId}: the route ${key}`, report);
    }
  }
};

function checkSettings(subject: Subject, node: Node | undefined, routes: string, report: Report): void {
  const settings = subject.selectedBranch(node);
  if (settings?.kind !== 'dictionary') return;
  const zero = ['ThrottlingRateLimit', 'ThrottlingBurstLimit'].flatMap((name): [string, Place][] => {
    const value = settings.entries.get(name)?.value;
    return asNumber(subject.value(value)) === 0 ? [[name, value?.at ?? settings.at]] : [];
  });
  const [[name, at] = []] = zero;
  if (name === undefined || at === undefined) return;
  report('zero-throttle', at, `${routes} has a ${name} of 0`);
}
