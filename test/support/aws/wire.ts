/** XML as AWS's query protocols write it: lists have an element around each item. */
export function toXml(value: unknown, item: 'member' | 'item'): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return escape(`${value as string | number | boolean}`);
  if (Array.isArray(value)) return value.map((each) => element(item, toXml(each, item))).join('');
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => element(name, toXml(member, item)))
    .join('');
}

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A response of AWS, as it is on the wire. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Protocol = 'query' | 'ec2' | 'json' | 'rest-json';

/** The response to a successful call. */
export function succeed(protocol: Protocol, action: string, result: unknown): WireResponse {
  switch (protocol) {
    case 'query':
      return xml(
        200,
        `<${action}Response><${action}Result>${toXml(result, 'member')}</${action}Result><ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata></${action}Response>`,
      );
    case 'ec2':
      return xml(
        200,
        `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${REQUEST_ID}</requestId>${toXml(result, 'item')}</${action}Response>`,
      );
    case 'json':
    case 'rest-json':
      return json(200, result);
  }
}

/** An error, in the form of its protocol. The names differ as well: EC2 has its own for a denied call. */
export function fail(protocol: Protocol, status: number, code: string, message: string): WireResponse {
  switch (protocol) {
    case 'query':
      return xml(
        status,
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escape(message)}</Message></Error><RequestId>${REQUEST_ID}</RequestId></ErrorResponse>`,
      );
    case 'ec2':
      return xml(
        status,
        `<Response><Errors><Error><Code>${code}</Code><Message>${escape(message)}</Message></Error></Errors><RequestID>${REQUEST_ID}</RequestID></Response>`,
      );
    case 'json':
      return json(status, { __type: code, message });
    case 'rest-json': {
      const { headers, ...response } = json(status, { message });
      return { ...response, headers: { ...headers, 'x-amzn-errortype': code } };
    }
  }
}

/** How a service says that a caller lacks a permission. */
export function deny(protocol: Protocol, action: string): WireResponse {
  const message = `User: arn:aws:iam::111122223333:user/doctor is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  switch (protocol) {
    case 'query':
      return fail(protocol, 403, 'AccessDenied', message);
    case 'ec2':
      return fail(
        protocol,
        403,
        'UnauthorizedOperation',
        'You are not authorized to perform this operation.',
      );
    case 'json':
      return fail(protocol, 400, 'AccessDeniedException', message);
    case 'rest-json':
      return fail(protocol, 403, 'AccessDeniedException', message);
  }
}

const REQUEST_ID = '4f3b8f0a-6c1e-4b53-9d4e-2f8a1c9e7d10';

const xml = (status: number, body: string): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': REQUEST_ID },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

const json = (status: number, body: unknown): WireResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': REQUEST_ID },
  body: JSON.stringify(body),
});
