import { type StackSettings } from './evaluator.js';
import { expandLoops } from './expand-loops.js';
import { expandSam } from './sam/expand-sam.js';
import { readTemplate, type Template } from './template.js';
import { isShownTerraform } from './terraform/show-json.js';
import { otherTerraformFile } from './terraform/other-files.js';
import { readTerraform } from './terraform/read-terraform.js';

/**
 * Reads a template with its loops and its resources of SAM expanded, or what `terraform show -json` prints.
 *
 * @throws {CloudFormationError} it cannot be parsed or expanded
 */
export function prepareTemplate(text: string, fileName: string, settings: StackSettings): Template {
  if (isShownTerraform(text) || otherTerraformFile(text, fileName) !== undefined) {
    return readTerraform(text, fileName, settings);
  }
  return expandSam(expandLoops(readTemplate(text, fileName), settings), settings);
}
