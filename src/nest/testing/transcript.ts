/** What passed between a test client and the service, for error messages. */
export class Transcript {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line);
  }

  toString(): string {
    const omitted = this.#lines.length - LINES;
    const lines = omitted > 0 ? [`(${omitted} earlier)`, ...this.#lines.slice(-LINES)] : this.#lines;
    return lines.map((line) => `  ${line}`).join('\n');
  }
}

const LINES = 20;
const LINE_LENGTH = 300;
