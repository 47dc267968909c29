// Loaded into a task before its own code, with `--import`. It gives this task another clock, or a disk that seems to be
// full, as the file named by CHECKER_DISTURBANCE says: `{"clockOffsetMs":-1800000,"freeBytes":0}`.
import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

interface Disturbance {
  readonly clockOffsetMs?: number;
  readonly freeBytes?: number;
}

const file = process.env['CHECKER_DISTURBANCE']!;
const RealDate = Date;
let disturbance: Disturbance = {};

/** @see https://tc39.es/ecma262/#sec-date-constructor: without arguments it is the time */
class DisturbedDate extends RealDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [DisturbedDate.now()] : args) as [number]));
  }

  static override now(): number {
    return RealDate.now() + (disturbance.clockOffsetMs ?? 0);
  }
}
globalThis.Date = DisturbedDate as DateConstructor;

const { statfsSync } = fs;
const { statfs } = fs.promises;
const withDisk = <T extends { bavail: number | bigint; bsize: number | bigint }>(stats: T): T => {
  const { freeBytes } = disturbance;
  if (freeBytes !== undefined) {
    const blocks = Math.floor(freeBytes / Number(stats.bsize));
    stats.bavail = typeof stats.bavail === 'bigint' ? BigInt(blocks) : blocks;
  }
  return stats;
};
fs.statfsSync = ((...args: Parameters<typeof statfsSync>) =>
  withDisk(statfsSync(...args))) as typeof statfsSync;
fs.promises.statfs = (async (...args: Parameters<typeof statfs>) =>
  withDisk(await statfs(...args))) as typeof statfs;
syncBuiltinESMExports();

setInterval(() => {
  disturbance = JSON.parse(readFileSync(file, 'utf8')) as Disturbance;
}, 20).unref();
