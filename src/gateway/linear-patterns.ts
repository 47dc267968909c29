import { setFlagsFromString } from 'node:v8';

/**
 * Import this before the regular expressions of integration responses and mapping templates are used. A client or a
 * backend chooses the text that they are applied to, and `(a+)+$` takes exponential time by backtracking. After many
 * steps back V8 then continues with its engine that takes linear time. That engine has no back-references, no lookaround
 * and not the flags `i` and `u`; patterns with these remain as slow as they are on AWS.
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
