import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';

/**
 * Sends this process a SIGTERM once the npm that runs it is gone. npm starts a script through a shell; when npm is killed,
 * both the shell and the program would run on, and keep their ports.
 *
 * It does nothing for a program that npm does not run as the script itself: one in a container, under `nohup` or `setsid`
 * without npm, in the background of a script (`program &`), or started by another program that npm runs. It does nothing
 * on Windows either, where a process has no signals and does not learn the parent of its parent.
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

/** Whether the text of the script names this program, and sends nothing to the background. */
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
    // no such process any more, or a machine without ps
    return undefined;
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
