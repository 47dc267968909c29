import { visibleControls } from '../story/event-text.js';
import { type EventDifference, type ReplayReport } from './compare-run.js';

/** The report as text: what was played, and each difference with both values. */
export function formatReport({ played, skipped, differences }: ReplayReport): string {
  const counts = Object.entries(played).map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`);
  return [
    `replayed ${counts.join(', ') || 'nothing'}`,
    ...skipped.map((reason) => `not replayed: ${reason}`),
    ...differences.flatMap(differenceLines),
    differences.length === 0
      ? 'no difference'
      : `${differences.length} ${differences.length === 1 ? 'event differs' : 'events differ'}`,
  ]
    .map((line) => `${visibleControls(line)}\n`)
    .join('');
}

function differenceLines({ subject, recordedId, replayedId, steps }: EventDifference): readonly string[] {
  if (replayedId === undefined)
    return ['', `${subject}: it did not happen again (recorded event ${recordedId})`];
  if (recordedId === undefined) return ['', `${subject}: it is new (event ${replayedId})`];
  return [
    '',
    `${subject} (recorded event ${recordedId}, event ${replayedId})`,
    ...steps.flatMap(({ title, isMissing, differences }) => {
      if (isMissing === 'after') return [`    ${title}: it did not happen again`];
      if (isMissing === 'before') return [`    ${title}: it is new`];
      return differences.flatMap(({ name, before, after }) => [
        `    ${title}, ${name}`,
        `        recorded  ${before ?? '(nothing)'}`,
        `        replayed  ${after ?? '(nothing)'}`,
      ]);
    }),
  ];
}
