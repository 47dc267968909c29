/** The oldest supported Node.js, because undici 8 needs it; `engines` of the published package, compared by a test. */
export const OLDEST_NODE = '22.19';

/**
 * Exits with one line and code 1 on a Node.js that is too old. Call it before all other imports: static imports are
 * linked before any code runs, and older versions lack some of the imported modules.
 *
 * @param program the name at the beginning of the line
 */
export function requireNode(program: string): void {
  const { node } = process.versions;
  if (isAtLeast(node, OLDEST_NODE)) return;
  process.stderr.write(
    `${program}: needs Node.js ${OLDEST_NODE} or later, but this is Node.js ${node} (${process.execPath}): ` +
      'install a newer Node.js\n',
  );
  process.exit(1);
}

function isAtLeast(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
