/** Of a plan, because most users have one at hand. */
const SHOW = 'terraform plan -out plan.tfplan && terraform show -json plan.tfplan > plan.json';

/**
 * What to do with a file of Terraform or OpenTofu that is not what `terraform show -json` prints.
 *
 * @returns `undefined` for any other file
 */
export function otherTerraformFile(text: string, fileName: string): string | undefined {
  if (text.startsWith(ZIP)) return `it is a saved plan; run terraform show -json ${fileName} > plan.json`;
  if (/\.(tf|tofu)(\.json)?$/.test(fileName)) {
    return `it is a configuration, which only terraform can evaluate; run ${SHOW}`;
  }
  const start = text.trimStart();
  if (start.startsWith('{"@level"')) return `it is the log of terraform plan -json; run ${SHOW}`;
  const isState = ['"lineage"', '"serial"', '"terraform_version"'].every((key) => text.includes(key));
  if (start.startsWith('{') && isState) {
    return 'it is a state file as Terraform stores it; run terraform show -json > state.json in its folder';
  }
  if (/^(# \S+:\r?\n(resource|data) "|Terraform used the selected providers)/.test(start)) {
    return 'it is what terraform show prints for people; run it with -json';
  }
  return undefined;
}

/** The first bytes of a saved plan, which is a ZIP archive. */
const ZIP = 'PK\u0003\u0004';
