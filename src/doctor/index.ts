export { type DoctorContext, type Lint, type LintFinding, type LintReport } from './doctor-context.js';
export { type Resolve } from './facts/resolve.js';
export { type ExitCode } from './exit-code.js';
export { runDoctor } from './run-doctor.js';
