import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';

/**
 * Sends this process a SIGTERM when the npm process that runs it has ended. npm starts a script through a shell; when
 * npm is killed, the shell and the program would keep running and keep their ports.
 *
 * It has no effect when npm does not run the program as the script itself: in a container, under `nohup` or `setsid`
 * without npm, in the background of a script (`program &`), or started by another program. It has no effect on
 * Windows, which has no signals and does not show the parent of a parent.
 */
export function endWithNpm(): void {
  if (process.platform === 'win32' || !isNpmScript(process.env['npm_lifecycle_script'])) return;
  const npm = findNpm();
  if (npm === undefined) return;
  const timer = setInterval(() => {
    if (isRunning(npm)) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS);
  timer.unref();
}

const CHECK_MS = 500;

/** Whether the script names this program and runs nothing in the background. */
function isNpmScript(script: string | undefined): boolean {
  const [, file] = process.argv;
  if (script === undefined || file === undefined) return false;
  return script.includes(basename(file)) && !/(?<!&)&(?!&)/.test(script);
}

/** The parent, or the parent of the shell that is the parent: some shells replace themselves by the last command. */
function findNpm(): number | undefined {
  const parent = lookUp(process.ppid);
  return parent !== undefined && SHELL.test(parent.command) ? parent.parentId : process.ppid;
}

const SHELL = /(?:^|\/)-?(?:sh|bash|dash|ash|zsh|ksh|fish|busybox)$/;

function lookUp(processId: number): { readonly parentId: number; readonly command: string } | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(processId)], { encoding: 'utf8' });
    const [, parentId, command] = line.match(/^\s*(\d+)\s+(.+?)\s*$/m) ?? [];
    return parentId === undefined || command === undefined
      ? undefined
      : { parentId: Number(parentId), command };
  } catch {
    // the process has ended, or the machine has no ps
    return undefined;
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs as another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
