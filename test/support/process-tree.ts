import { execFileSync } from 'node:child_process';

interface ProcessRow {
  readonly processId: number;
  readonly parentId: number;
  readonly state: string;
  readonly command: string;
}

/** The ids of a process and of everything below it. */
export function processTree(root: number): readonly number[] {
  const rows = processes();
  const tree = [root];
  // the list grows during the iteration
  for (const parent of tree) {
    tree.push(...rows.filter(({ parentId }) => parentId === parent).map(({ processId }) => processId));
  }
  return tree;
}

/** The processes of these that still run; a zombie does not. */
export function runningOf(processIds: readonly number[]): readonly number[] {
  const running = new Set(
    processes()
      .filter(({ state }) => !state.startsWith('Z'))
      .map(({ processId }) => processId),
  );
  return processIds.filter((processId) => running.has(processId));
}

/** The id of the process below `root` whose command line has `text` in it. */
export function findProcess(root: number, text: string): number {
  const tree = new Set(processTree(root));
  const found = processes().find(({ processId, command }) => tree.has(processId) && command.includes(text));
  if (found === undefined) throw new Error(`no process below ${root} has '${text}' in its command line`);
  return found.processId;
}

function processes(): readonly ProcessRow[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, processId, parentId, state, command = ''] =
      line.match(/^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/) ?? [];
    return state === undefined
      ? []
      : [{ processId: Number(processId), parentId: Number(parentId), state, command }];
  });
}
