import { badRequest, notFound } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { type JsonObject, readFields, requireFields } from '../fields/fields.js';
import { TAGS } from '../fields/shared-fields.js';

type Tags = Readonly<Record<string, string>>;

/** A resource with tags. */
interface Taggable {
  readonly tags: Tags;
  readonly set: (tags: Tags) => void;
}

/**
 * @param arn `arn:aws:apigateway:{region}::/apis/{id}`, `…/apis/{id}/stages/{name}`, `…/domainnames/{name}` or
 *   `…/vpclinks/{id}`, of v2
 * @throws {ControlError} 400: an ARN of another form; 404: no resource has that ARN
 */
export function findTaggable(plane: ControlPlane, arn: string): Taggable {
  const [, region, path = ''] = arn.match(/^arn:[^:]+:apigateway:([^:]*)::(\/.+)$/) ?? [];
  const [, kind, id = '', below, name = '', ...rest] = path.split('/');
  const hasForm =
    kind === 'apis'
      ? below === undefined || below === 'stages'
      : (kind === 'domainnames' || kind === 'vpclinks') && below === undefined;
  if (!hasForm || rest.length > 0) {
    throw badRequest(
      `'${arn}' is not the ARN of an API, a stage, a domain name or a v2 VPC link, such as arn:aws:apigateway:${plane.region}::/apis/{apiId}`,
    );
  }
  const found = region === plane.region ? resourceAt(plane, kind, id, below && name) : undefined;
  if (found === undefined) throw notFound('Resource', `Invalid resource identifier specified ${arn}`);
  return found;
}

/** TagResource: adds tags, and overwrites those with the same key. */
export function tag(taggable: Taggable, input: JsonObject): void {
  const { Tags } = requireFields(readFields({ Tags: TAGS }, input), 'Tags');
  for (const key of Object.keys(Tags)) {
    if (key === '' || key.length > 128 || /^aws:/i.test(key)) {
      throw badRequest(`Tags: the key '${key}' must have 1 to 128 characters and may not begin with aws:`);
    }
  }
  taggable.set({ ...taggable.tags, ...Tags });
}

/** UntagResource; a key without a tag is not an error. */
export function untag(taggable: Taggable, keys: readonly string[]): void {
  if (keys.length === 0) throw badRequest('tagKeys is missing');
  taggable.set(Object.fromEntries(Object.entries(taggable.tags).filter(([key]) => !keys.includes(key))));
}

/** @param stageName absent for the API itself */
function resourceAt(
  plane: ControlPlane,
  kind: string | undefined,
  id: string,
  stageName: string | undefined,
): Taggable | undefined {
  if (kind === 'domainnames') {
    const domainName = plane.domainNames.get(id);
    return (
      domainName && {
        tags: domainName.Tags,
        set: (Tags) => plane.domainNames.set(id, { ...domainName, Tags }),
      }
    );
  }
  if (kind === 'vpclinks') {
    const link = plane.httpVpcLinks.get(id);
    return link && { tags: link.Tags, set: (Tags) => plane.httpVpcLinks.set(id, { ...link, Tags }) };
  }
  const resources = plane.apis.get(id);
  if (resources === undefined) return undefined;
  if (stageName === undefined) {
    const tags = resources.api.Tags ?? {};
    return { tags, set: (Tags) => resources.setTags(Tags) };
  }
  const stage = resources.stages.get(stageName);
  return stage && { tags: stage.Tags, set: (Tags) => resources.stages.set(stageName, { ...stage, Tags }) };
}
