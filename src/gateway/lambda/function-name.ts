/** A function's name without what an ARN, alias or version adds to it. */
export const plainName = (name: string) => name.replace(/^arn:.*:function:/, '').replace(/:.*$/, '');

/** ARN of a function that was called by its name, in a placeholder account. */
export const arnOf = (functionName: string) =>
  `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
