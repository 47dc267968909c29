/** Where a line was recorded: `npm start`, or one of the two clients. */
export type Terminal = 'programs' | 'first' | 'second';

/** A line that a terminal has shown. */
export interface RecordedLine {
  readonly terminal: Terminal;
  /** `command` is typed at the shell, `sent` in the client; the others are output. */
  readonly kind: 'command' | 'sent' | 'received' | 'printed';
  readonly text: string;
  readonly atMs: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly rows: number;
  readonly title: string;
}

/** A line with the time at which the picture shows it; one that is typed takes a while. */
interface ShownLine extends RecordedLine {
  readonly fromMs: number;
  readonly typingMs: number;
}

/** Characters of one colour. */
interface Run {
  readonly colour: string;
  readonly text: string;
}

const ROW = 18;
const BAR = 30;
const PAD = 12;
/** The width of a character at 12.5 px in the widest of the fonts. */
const CHARACTER = 7.53;
const GAP = 12;
const WIDTH = 920;
const HALF = (WIDTH - GAP - 2) / 2;
/** Rows of the upper terminal, and of the lower ones. */
const ROWS = { programs: 7, clients: 13 };
const LOWER = 1 + heightOf(ROWS.programs) + GAP;
const BOXES: Readonly<Record<Terminal, Box>> = {
  programs: { x: 1, y: 1, width: WIDTH - 2, rows: ROWS.programs, title: 'gateway and service' },
  first: { x: 1, y: LOWER, width: HALF, rows: ROWS.clients, title: 'first client' },
  second: { x: 1 + HALF + GAP, y: LOWER, width: HALF, rows: ROWS.clients, title: 'second client' },
};
const HEIGHT = LOWER + heightOf(ROWS.clients) + 1;

/** Of what `npm start` prints, the picture has these lines. */
const SHOWN_OF_PROGRAMS = [/^ {2}gateway /, /^ {2}service /, /Try it:/, / service: (?:connected|published)/];

/** People type slower than programs respond: the order is the recorded one, the pauses are for reading. */
const TYPING_MS = { command: 35, sent: 28 };
const PAUSE_BEFORE_TYPING_MS = 700;
const PAUSE_AFTER_TYPING_MS = 350;
const LONGEST_WAIT_MS = 700;
const BETWEEN_OUTPUT_MS = 90;
const REST_MS = 6_000;

/**
 * The first minute as an animated SVG. Without animation it is its last frame.
 *
 * @param recorded in the order of time
 */
export function drawFirstMinute(recorded: readonly RecordedLine[]): string {
  const shown = schedule(recorded.filter(isShown));
  const last = shown.at(-1)!;
  const totalMs = last.fromMs + last.typingMs + REST_MS;
  const nextRow: Record<Terminal, number> = { programs: 0, first: 0, second: 0 };
  const keyframes: string[] = [];
  const rows: string[] = [];
  for (const line of shown) {
    const box = BOXES[line.terminal];
    const columns = Math.floor((box.width - 2 * PAD) / CHARACTER);
    const wrapped =
      line.terminal === 'programs' ? [clipped(runsOf(line), columns)] : wrap(runsOf(line), columns);
    const name = `l${keyframes.length}`;
    keyframes.push(keyframe(name, line, totalMs));
    const texts = wrapped.map((runs) => {
      const y = box.y + BAR + PAD + ++nextRow[line.terminal] * ROW - 5;
      return `<text x="${box.x + PAD}" y="${y}">${runs.map(span).join('')}</text>`;
    });
    rows.push(`<g class="${name}">${texts.join('')}</g>`);
  }
  for (const [terminal, used] of Object.entries(nextRow) as [Terminal, number][]) {
    if (used > BOXES[terminal].rows) throw new Error(`${terminal} has ${used} rows: make its box higher`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="t d">
<title id="t">The first minute with Backchannel</title>
<desc id="d">npm start runs the gateway and the service. Two clients connect and join the channel news. The second publishes hello, and both receive it. The first lists who is present.</desc>
<style>
${STYLE}
${keyframes.join('\n')}
g[class^=l]{animation-duration:${seconds(totalMs)};animation-iteration-count:3;animation-fill-mode:both;animation-timing-function:step-end}
@media(prefers-reduced-motion:reduce){g[class^=l]{animation:none!important}}
</style>
${Object.values(BOXES).map(frame).join('\n')}
${rows.join('\n')}
</svg>
`;
}

const isShown = ({ terminal, kind, text }: RecordedLine) =>
  terminal !== 'programs' || kind === 'command' || SHOWN_OF_PROGRAMS.some((pattern) => pattern.test(text));

/** Gives each line its time in the picture. */
function schedule(lines: readonly RecordedLine[]): ShownLine[] {
  let nowMs = 0;
  return lines.map((line, index) => {
    const { kind, text } = line;
    const before = lines[index - 1];
    if (kind === 'command' || kind === 'sent') {
      nowMs += before === undefined ? 400 : PAUSE_BEFORE_TYPING_MS;
      const typingMs = text.length * TYPING_MS[kind];
      const typed = { ...line, fromMs: nowMs, typingMs };
      nowMs += typingMs + PAUSE_AFTER_TYPING_MS;
      return typed;
    }
    const waitedMs = before === undefined ? 0 : line.atMs - before.atMs;
    nowMs += Math.min(Math.max(waitedMs, BETWEEN_OUTPUT_MS), LONGEST_WAIT_MS);
    return { ...line, fromMs: nowMs, typingMs: 0 };
  });
}

/** Output appears at once, what is typed from left to right. */
function keyframe(name: string, { fromMs, typingMs, text }: ShownLine, totalMs: number): string {
  const at = (ms: number) => `${((100 * ms) / totalMs).toFixed(2)}%`;
  const keyframes =
    typingMs === 0
      ? `0%{opacity:0}${at(fromMs)}{opacity:1}`
      : `0%{clip-path:inset(0 100% 0 0)}` +
        `${at(fromMs)}{clip-path:inset(0 100% 0 0);animation-timing-function:steps(${text.length + 2})}` +
        `${at(fromMs + typingMs)}{clip-path:inset(0 0 0 0)}`;
  return `@keyframes ${name}{${keyframes}}.${name}{animation-name:${name}}`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)}s`;

function runsOf({ kind, text }: RecordedLine): Run[] {
  switch (kind) {
    case 'command':
      return [
        { colour: 'p', text: '$ ' },
        { colour: 'b', text },
      ];
    case 'sent':
      return [{ colour: 'p', text: '> ' }, ...jsonRuns(text)];
    case 'received':
      return [{ colour: 'm', text: '< ' }, ...jsonRuns(text)];
    case 'printed':
      return printedRuns(text);
  }
}

/** Names, values and punctuation of JSON. */
function jsonRuns(text: string): Run[] {
  return [...text.matchAll(/"[^"]*"(?=:)|"[^"]*"|[\d.]+|[^"\d]+/g)].map(([part], index, parts) => {
    const [next = ''] = parts[index + 1] ?? [];
    if (next.startsWith(':')) return { colour: 'n', text: part };
    if (/^\d/.test(part)) return { colour: 'd', text: part };
    if (!part.startsWith('"')) return { colour: 'm', text: part };
    const isData = parts[index - 2]?.[0] === '"data"';
    return { colour: isData ? 'h' : 's', text: part };
  });
}

/** A line of the log: time, message, fields. Any other line: a label, and what it says. */
function printedRuns(text: string): Run[] {
  const [, time, message, fields] = /^(\[.*?\] INFO: )(\S+ \S+ )(\{.*)$/.exec(text) ?? [];
  if (time !== undefined && message !== undefined && fields !== undefined) {
    return [{ colour: 'm', text: time }, { colour: 'b', text: message }, ...jsonRuns(fields)];
  }
  const [, label, rest] = /^( {2}\S+(?: it:)? {2,})(.*)$/.exec(text) ?? [];
  if (label === undefined || rest === undefined) return [{ colour: 'm', text }];
  return [
    { colour: 'm', text: label },
    { colour: '', text: rest },
  ];
}

/** Breaks a long line after commas, and indents what follows. */
function wrap(runs: readonly Run[], columns: number): Run[][] {
  const rows: Run[][] = [[]];
  let room = columns;
  for (const segment of segments(runs)) {
    const length = lengthOf(segment);
    if (length > room) {
      rows.push([{ colour: '', text: INDENT }]);
      room = columns - INDENT.length;
    }
    rows.at(-1)!.push(...segment);
    room -= length;
  }
  return rows;
}

const INDENT = '  ';

/** What stands between two commas, with the second of them. */
function segments(runs: readonly Run[]): Run[][] {
  const found: Run[][] = [[]];
  for (const { colour, text } of runs) {
    const parts = colour === 'm' ? text.split(/(?<=,)/) : [text];
    for (const part of parts) {
      found.at(-1)!.push({ colour, text: part });
      if (part.endsWith(',')) found.push([]);
    }
  }
  return found.filter((segment) => segment.length > 0);
}

const lengthOf = (runs: readonly Run[]) => runs.reduce((sum, { text }) => sum + text.length, 0);

function clipped(runs: readonly Run[], columns: number): Run[] {
  let room = columns - 1;
  const row: Run[] = [];
  for (const { colour, text } of runs) {
    row.push({ colour, text: text.slice(0, room) });
    room -= text.length;
    if (room < 0) return [...row, { colour: 'm', text: '…' }];
  }
  return row;
}

function span({ colour, text }: Run): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return colour === '' ? escaped : `<tspan class="${colour}">${escaped}</tspan>`;
}

function heightOf(rows: number): number {
  return BAR + rows * ROW + 2 * PAD;
}

function frame({ x, y, width, rows, title }: Box): string {
  const dots = [16, 32, 48]
    .map((offset) => `<circle cx="${x + offset}" cy="${y + BAR / 2}" r="4.5"/>`)
    .join('');
  return (
    `<rect class="body" x="${x}" y="${y}" width="${width}" height="${heightOf(rows)}" rx="8"/>` +
    `<path class="bar" d="M${x} ${y + BAR}v${8 - BAR}a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${BAR - 8}z"/>` +
    `<g class="dots">${dots}</g>` +
    `<text class="title" x="${x + width / 2}" y="${y + BAR / 2 + 4}">${title}</text>`
  );
}

/** GitHub's colours, so that it looks at home in the README. */
const STYLE = `text{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328;white-space:pre}
.title{font:600 12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#59636e;text-anchor:middle}
.body{fill:#fff;stroke:#d1d9e0}.bar{fill:#f6f8fa;stroke:#d1d9e0}.dots{fill:#d1d9e0}
.p{fill:#1a7f37;font-weight:700}.b{font-weight:600}.m{fill:#59636e}.n{fill:#0550ae}.s{fill:#0a3069}.d{fill:#953800}.h{fill:#8250df;font-weight:700}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.title{fill:#9198a1}
.body{fill:#0d1117;stroke:#3d444d}.bar{fill:#151b23;stroke:#3d444d}.dots{fill:#3d444d}
.p{fill:#3fb950}.m{fill:#9198a1}.n{fill:#79c0ff}.s{fill:#a5d6ff}.d{fill:#ffa657}.h{fill:#d2a8ff}}`;
