import { describe, expect, it } from 'vitest';
import { type Flags, parseFlags } from '../../../src/gateway/cli/flags.js';

const FLAGS = {
  port: { kind: 'text', value: 'PORT', help: 'a port' },
  template: { kind: 'list', value: 'FILE', help: 'templates' },
  target: { kind: 'map', value: 'NLB=HOST', help: 'targets' },
  watch: { kind: 'switch', help: 'watches' },
} as const satisfies Flags;

const parse = (...args: string[]) => parseFlags('serve', FLAGS, args);

describe('the arguments of a command', () => {
  it('are flags in every usual form, and operands', () => {
    expect(parse('--port', '1', '--template=a', 'x', '--template', 'b', '--watch', '--', '--y')).toEqual({
      values: { port: '1', template: ['a', 'b'], watch: true },
      operands: ['x', '--y'],
    });
  });

  it('use the last value of a flag that is not repeatable', () => {
    expect(parse('--port=1', '--port=2').values).toEqual({ port: '2' });
  });

  it.each([
    ['--help', '-h'],
    ['-h', '--help'],
  ])('ask for help with %s', (flag) => {
    expect(parse(flag).values).toEqual({ help: true });
  });

  it('may begin with a hyphen after an equals sign', () => {
    expect(parse('--target=-a=b').values).toEqual({ target: ['-a=b'] });
  });

  it.each([
    [['--templat', 'x'], 'unknown flag --templat: did you mean --template?'],
    [['--tagret', 'x'], 'unknown flag --tagret: did you mean --target?'],
    [['--prot=1'], 'unknown flag --prot: did you mean --port?'],
    [['-p', '1'], 'unknown flag -p'],
    [['--something-else'], 'unknown flag --something-else'],
    [['--port'], '--port needs a value: --port PORT'],
    [['--port', '--watch'], '--port needs a value, and --watch looks like a flag'],
    [['--watch=yes'], '--watch takes no value'],
  ])('are refused: %j', (args, problem) => {
    expect(() => parse(...args)).toThrow(problem);
  });

  it('are not suggested by a name that is far away', () => {
    expect(() => parse('--something-else')).not.toThrow('did you mean');
  });

  it('are refused with every problem at once', () => {
    expect(() => parse('--prot', '--watc', '--port')).toThrow(/--prot[^]*--watc[^]*--port needs/);
  });
});
