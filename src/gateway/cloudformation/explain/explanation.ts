import { type ControlPlane } from '../../control/control-plane.js';
import { UsageError } from '../../usage-error.js';
import { type LoadOptions, type LoadReport } from '../load-template.js';
import { LoadedTemplates } from '../loaded-templates.js';
import { type TemplateFile, withNested } from '../template-file.js';

export interface Explanation {
  /** The request; lines that begin with `#` are comments. */
  readonly text: string;
  /** Whether a request would be sent. */
  readonly isSent: boolean;
}

/** @param about comment lines */
export const sent = (about: readonly string[], request: string): Explanation => ({
  text: `${comments(about)}\n${request}`,
  isSent: true,
});

/** @param about comment lines, followed by the reason */
export const notSent = (about: readonly string[], reason: string): Explanation => ({
  text: comments([...about, reason]),
  isSent: false,
});

/** Where the names of resources are found. */
export type Names = Pick<LoadReport, 'created'>;

/** The resource's logical id and line. */
export function resourceName({ created }: Names, id: string): string {
  const resource = created.find((item) => item.id === id);
  return resource === undefined ? id : `${resource.logicalId} (line ${resource.line})`;
}

/**
 * Loads a template for an explanation.
 *
 * @param earlier templates whose exports it imports
 * @throws {CloudFormationError} one of them cannot be loaded, or has no API that can be served
 */
export function loadExplained(
  plane: ControlPlane,
  template: TemplateFile,
  { earlier = [], parameters, region, accountId }: ExplainedTemplates,
): Pick<LoadReport, 'created' | 'apis'> {
  const loaded = new LoadedTemplates(plane, { region, accountId }).replace(
    [...earlier, template],
    parameters,
  );
  const others = new Set(earlier.flatMap(withNested).map(({ fileName }) => fileName));
  const own = loaded.filter(({ fileName }) => !others.has(fileName));
  return {
    created: own.flatMap(({ created }) => created),
    apis: own.flatMap(({ apis }) => apis),
  };
}

/** Settings of the templates of an explanation. */
export interface ExplainedTemplates extends Pick<
  LoadOptions,
  'fileName' | 'parameters' | 'region' | 'accountId'
> {
  readonly nested?: TemplateFile['nested'];
  readonly earlier?: readonly TemplateFile[] | undefined;
}

/**
 * The API of the template that is meant: the one of that logical id, else the only one of the protocol.
 *
 * @throws {UsageError} no API, or several
 */
export function chooseApi(
  plane: ControlPlane,
  { apis }: Pick<LoadReport, 'apis'>,
  protocol: 'WEBSOCKET' | 'HTTP',
  logicalId: string | undefined,
): LoadReport['apis'][number] {
  const ofProtocol = apis.filter(({ apiId }) => plane.apis.get(apiId)?.protocol === protocol);
  const candidates = ofProtocol.filter((api) => logicalId === undefined || api.logicalId === logicalId);
  const [chosen, ...more] = candidates;
  if (chosen !== undefined && more.length === 0) return chosen;
  const names = ofProtocol.map((api) => api.logicalId).join(', ');
  const [kind, other, hint] =
    protocol === 'HTTP' ? ['HTTP', 'WEBSOCKET', 'omit --request'] : ['WebSocket', 'HTTP', 'set --request'];
  const hasOther = apis.some(({ apiId }) => plane.apis.get(apiId)?.protocol === other);
  throw new UsageError(
    `--api must be one of the template's ${kind} APIs: ${names || 'it has none'}${hasOther ? `; for its other APIs ${hint}` : ''}`,
  );
}

const comments = (lines: readonly string[]) => lines.map((line) => `# ${line}\n`).join('');
