/** A line of the picture: milliseconds until the last recipient has the message, by the number of recipients. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [recipients: number, ms: number])[];
}

const [WIDTH, HEIGHT] = [720, 400];
const FRAME = { left: 64, right: 560, top: 24, bottom: 344 };
/** The Okabe-Ito palette: legible on white and on black, and distinguishable with colour blindness. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];
const DECADES = { recipients: [1, 4], ms: [-1, 4] } as const;

/** Both axes are logarithmic: time proportional to the recipients is a line of slope 1. */
export function picture(lines: readonly Line[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="13">
<title>Milliseconds from a publish until the last recipient has it, over the number of recipients</title>
<style>
  .paper { fill: #fff } text { fill: #1f2328 } .grid { stroke: #8b949e; stroke-opacity: .4 }
  @media (prefers-color-scheme: dark) { .paper { fill: #0d1117 } text { fill: #e6edf3 } }
</style>
<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="8"/>
${grid()}
${lines.map((line, index) => curve(line, COLOURS[index % COLOURS.length]!)).join('\n')}
${labels(lines)}
</svg>
`;
}

function grid(): string {
  const between = ([from, to]: readonly [number, number]) =>
    Array.from({ length: to - from + 1 }, (_, step) => 10 ** (from + step));
  const columns = between(DECADES.recipients).map(
    (recipients) =>
      `<line class="grid" x1="${x(recipients)}" x2="${x(recipients)}" y1="${FRAME.top}" y2="${FRAME.bottom}"/>` +
      `<text x="${x(recipients)}" y="${FRAME.bottom + 20}" text-anchor="middle">${recipients.toLocaleString('en-US')}</text>`,
  );
  const rows = between(DECADES.ms).map(
    (ms) =>
      `<line class="grid" x1="${FRAME.left}" x2="${FRAME.right}" y1="${y(ms)}" y2="${y(ms)}"/>` +
      `<text x="${FRAME.left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms.toLocaleString('en-US')}</text>`,
  );
  const middle = (FRAME.left + FRAME.right) / 2;
  return [
    ...columns,
    ...rows,
    `<text x="${middle}" y="${FRAME.bottom + 44}" text-anchor="middle">recipients</text>`,
    `<text x="8" y="14">ms</text>`,
  ].join('\n');
}

function curve({ points }: Line, colour: string): string {
  const at = points.map(([recipients, ms]) => `${x(recipients)},${y(ms)}`);
  const dots = points.map(
    ([recipients, ms]) => `<circle cx="${x(recipients)}" cy="${y(ms)}" r="3.5" fill="${colour}"/>`,
  );
  return `<polyline points="${at.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

/** The names beside the ends of the lines, in the same order, without overlap. */
function labels(lines: readonly Line[]): string {
  const sorted = lines
    .map(({ name, points }, index) => ({
      name,
      colour: COLOURS[index % COLOURS.length]!,
      at: y(points.at(-1)![1]),
    }))
    .toSorted((a, b) => a.at - b.at);
  let lastY = -Infinity;
  return sorted
    .map(({ name, colour, at }) => {
      lastY = Math.max(at, lastY + 18);
      return (
        `<rect x="${FRAME.right + 10}" y="${lastY - 5}" width="10" height="10" fill="${colour}"/>` +
        `<text x="${FRAME.right + 26}" y="${lastY + 4}">${name}</text>`
      );
    })
    .join('\n');
}

const x = (recipients: number) => place(recipients, DECADES.recipients, FRAME.left, FRAME.right);
const y = (ms: number) => place(ms, DECADES.ms, FRAME.bottom, FRAME.top);

function place(value: number, [from, to]: readonly [number, number], start: number, end: number): number {
  return Math.round((start + ((Math.log10(value) - from) / (to - from)) * (end - start)) * 10) / 10;
}
