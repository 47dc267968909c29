#!/usr/bin/env node
import { runDoctor } from './run-doctor.js';

/** The doctor's own program: `backchannel-doctor`, without the gateway. */
process.exitCode = await runDoctor(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
});
