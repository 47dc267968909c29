import { type EventType, type GatewayEvent } from '../recorder/gateway-event.js';
import { type ClientAction } from '../session/client-actions.js';
import { compareEvents, type ComparedStep, isSame } from '../session/compare-events.js';
import { type IdNames } from '../session/normalise.js';
import { type Run } from './play-session.js';
import { type Translation } from './translation.js';

/** The result of a replay. */
export interface ReplayReport {
  readonly result: 'same' | 'different';
  /** How many actions of each kind were played. */
  readonly played: Readonly<Record<string, number>>;
  /** A sentence for each event that could not be played. */
  readonly skipped: readonly string[];
  readonly differences: readonly EventDifference[];
}

export interface EventDifference {
  /** `message 2 of connection 1` */
  readonly subject: string;
  /** Ids of the events; absent if there is none. */
  readonly recordedId?: number;
  readonly replayedId?: number;
  readonly steps: readonly ComparedStep[];
}

interface Compared {
  readonly actions: readonly ClientAction[];
  readonly recorded: readonly GatewayEvent[];
  readonly run: Run;
  readonly translation: Translation;
  /** Ids of APIs in the session → their names. */
  readonly apis: ReadonlyMap<string, string>;
  readonly ignored: ReadonlySet<string>;
}

/** Compares what the backend was sent, what it responded, and what the clients received, with the session. */
export function compareRun(compared: Compared): readonly EventDifference[] {
  const { actions, recorded, run, translation } = compared;
  const connections = actions.flatMap((action) => (action.kind === 'connect' ? [action.connectionId] : []));
  const idsBefore = new Map(compared.apis);
  const idsAfter = new Map<string, string>();
  for (const [id, name] of compared.apis) idsAfter.set(translation.get(id) ?? id, name);
  connections.forEach((id, index) => {
    idsBefore.set(id, `<connection ${index + 1}>`);
    idsAfter.set(translation.get(id) ?? '', `<connection ${index + 1}>`);
  });
  const sides = { idsBefore, idsAfter, ignored: compared.ignored };
  const played = new Set(actions.map(({ event }) => event.id));
  return [
    ...connections.flatMap((id, index) =>
      (['handshake', 'message', 'callback', 'close'] as const).flatMap((type) => {
        const before = recorded
          .filter((event) => event.connectionId === id && event.type === type)
          // a frame that could not be played has no counterpart
          .filter((event) => type !== 'message' || played.has(event.id))
          .toSorted((a, b) => a.startedMs - b.startedMs || a.id - b.id);
        const after = run.events.of(translation.get(id) ?? '', type);
        // a session may end before its connections do
        const shown = type === 'close' && before.length === 0 ? [] : after;
        return pairDifferences(
          before,
          shown,
          (at) => `${SUBJECTS[type]} ${at} of connection ${index + 1}`,
          sides,
        );
      }),
    ),
    ...actions.flatMap((action, index) => {
      if (action.kind !== 'request') return [];
      const requestId = run.requests.get(action.event.id);
      const after = run.events.find(
        (event) => event.type === 'http_request' && requestId !== undefined && event.requestId === requestId,
      );
      const at = actions.slice(0, index + 1).filter(({ kind }) => kind === 'request').length;
      return pairDifferences([action.event], after ? [after] : [], () => `HTTP request ${at}`, sides);
    }),
  ];
}

const SUBJECTS: Readonly<Record<Extract<EventType, 'handshake' | 'message' | 'callback' | 'close'>, string>> =
  {
    handshake: 'handshake',
    message: 'message',
    callback: 'post',
    close: 'close',
  };

interface Sides {
  readonly idsBefore: IdNames;
  readonly idsAfter: IdNames;
  readonly ignored: ReadonlySet<string>;
}

function pairDifferences(
  before: readonly GatewayEvent[],
  after: readonly GatewayEvent[],
  subject: (at: number) => string,
  { idsBefore, idsAfter, ignored }: Sides,
): readonly EventDifference[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => {
    const [a, b] = [before[index], after[index]];
    const steps =
      a === undefined || b === undefined
        ? []
        : compareEvents({ event: a, ids: idsBefore }, { event: b, ids: idsAfter }, ignored);
    return {
      subject: subject(index + 1),
      ...(a && { recordedId: a.id }),
      ...(b && { replayedId: b.id }),
      steps: steps.filter((step) => !isSame([step])),
    };
  }).filter(
    ({ recordedId, replayedId, steps }) =>
      recordedId === undefined || replayedId === undefined || steps.length > 0,
  );
}
