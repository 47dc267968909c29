/** Why a post's connection id is none that this gateway has issued, for the story of the post. */
export function whyNotIssued(id: string): string {
  if (id === '') return 'the path has no connection id: the backend has not received one';
  if (NO_VALUE.test(id)) return `${id} is not a connection id: the backend has not received one`;
  return IN_FORM.test(id)
    ? `${id} is not of this gateway: it was issued before the gateway started again, or by another one`
    : `${id} is not a connection id`;
}

/** What common languages print for a variable without a value, and a placeholder that was not filled in. */
const NO_VALUE = /^(?:undefined|null|none|nil|nan|\[object object\]|\$?\{.*\})$/i;

/** AWS's ids have 15 characters and `=`; those of this gateway have 18 and `==`. */
const IN_FORM = /^(?:[\w-]{15}=|[\w-]{18}==)$/;
