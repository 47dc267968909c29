import { CloudFormationError } from '../cloudformation-error.js';
import { allDependencies } from '../dependencies.js';
import { asFlag } from '../wire-input.js';
import { type Check, type Report, type Subject } from './subject.js';
import { httpApis, type LintedApi, webSocketApis } from './template-apis.js';

/** Checks deployments, stages and routes: whether there is one, and whether it contains all that the stage must serve. */
export const checkDeployments: Check = (subject, report) => {
  for (const api of webSocketApis(subject)) {
    checkOrder(subject, api, report);
    checkStages(subject, api, report);
    checkRoutes(subject, api, report);
  }
  for (const api of httpApis(subject)) {
    checkOrder(subject, api, report);
    checkStages(subject, api, report);
    checkServed(subject, api, report);
  }
};

function checkOrder(subject: Subject, api: LintedApi, report: Report): void {
  if (api.stages.some((stage) => isAutoDeployed(subject, stage))) return;
  const needed = [
    ...api.routes.map(({ resource }) => resource),
    ...api.routeResponses,
    ...api.integrationResponses,
  ];
  for (const deployment of api.deployments) {
    const dependencies = dependenciesOf(subject, deployment);
    const missing = needed.filter(({ logicalId }) => !(dependencies?.has(logicalId) ?? true));
    if (missing.length === 0) continue;
    const names = missing.map(({ logicalId }) => logicalId);
    const lacksRoutes = missing.some(({ type }) => type === 'AWS::ApiGatewayV2::Route');
    report(
      'deployment-before-routes',
      deployment.at,
      `${deployment.logicalId} does not depend on ${names.join(', ')}`,
      {
        // responses are usually created in time, as their routes are
        severity: lacksRoutes ? 'error' : 'warning',
        fix: `${deployment.logicalId}: DependsOn: [${names.join(', ')}], or AutoDeploy: true on the stage`,
      },
    );
  }
}

/** `undefined` when they cannot be evaluated: another rule reports why. */
function dependenciesOf(subject: Subject, resource: Parameters<typeof allDependencies>[1]) {
  try {
    return allDependencies(subject.stack, resource);
  } catch (error) {
    if (error instanceof CloudFormationError) return undefined;
    throw error;
  }
}

const isAutoDeployed = (subject: Subject, stage: LintedApi['stages'][number]) =>
  asFlag(subject.value(stage.properties.get('AutoDeploy')?.value)) === true;

function checkStages(subject: Subject, { stages }: LintedApi, report: Report): void {
  for (const stage of stages) {
    if (!stage.properties.has('DeploymentId') || !isAutoDeployed(subject, stage)) continue;
    report(
      'auto-deploy-with-deployment',
      subject.at(stage, 'DeploymentId'),
      `${stage.logicalId} has both AutoDeploy and a DeploymentId`,
    );
  }
}

/** H1.06: a deployment may name the stage instead of the other way round; another template may contain it. */
function checkServed(subject: Subject, { api, stages, deployments }: LintedApi, report: Report): void {
  const served = new Set(deployments.map((deployment) => subject.text(deployment, 'StageName')));
  for (const stage of api === undefined ? [] : stages) {
    const name = subject.text(stage, 'StageName');
    if (stage.properties.has('DeploymentId') || name === undefined || served.has(name)) continue;
    const autoDeploy = asFlag(subject.value(stage.properties.get('AutoDeploy')?.value));
    // any other value is known on AWS only
    if (autoDeploy !== undefined && autoDeploy !== false) continue;
    report(
      'undeployed-stage',
      stage.at,
      `${stage.logicalId} (${name}) has neither AutoDeploy nor a deployment`,
    );
  }
}

function checkRoutes(subject: Subject, { routes, routeResponses }: LintedApi, report: Report): void {
  const twoWay = new Set(routeResponses.map((response) => subject.text(response, 'RouteId')));
  for (const { resource, key } of routes) {
    if (key.startsWith('$') && !['$connect', '$disconnect', '$default'].includes(key)) {
      report('route-key', subject.at(resource, 'RouteKey'), `${resource.logicalId} has the key '${key}'`);
    }
    // C11: $connect and $disconnect may have one; nothing is sent to the client by it
    const isMessage = key !== '$connect' && key !== '$disconnect';
    const isMeantTwoWay = isMessage && resource.properties.has('RouteResponseSelectionExpression');
    if (isMeantTwoWay && !twoWay.has(resource.logicalId)) {
      report(
        'no-route-response',
        subject.at(resource, 'RouteResponseSelectionExpression'),
        `${resource.logicalId} (${key}) has a RouteResponseSelectionExpression and no route response`,
      );
    }
  }
}
