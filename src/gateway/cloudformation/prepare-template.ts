import { type StackSettings } from './evaluator.js';
import { expandLoops } from './expand-loops.js';
import { expandSam } from './sam/expand-sam.js';
import { readTemplate, type Template } from './template.js';

/**
 * Reads a template with its loops and its resources of SAM expanded.
 *
 * @throws {CloudFormationError} it cannot be parsed or expanded
 */
export const prepareTemplate = (text: string, fileName: string, settings: StackSettings): Template =>
  expandSam(expandLoops(readTemplate(text, fileName), settings), settings);
