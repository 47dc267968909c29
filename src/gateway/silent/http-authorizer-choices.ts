import { LIMITS } from '../limits.js';
import { type ChoiceTable, count } from './choice-table.js';

/** Choices about Lambda authorizers and actions of AWS services behind HTTP APIs, where AWS is silent. */
export const HTTP_AUTHORIZER_CHOICES: ChoiceTable = {
  title: 'Lambda authorizers and AWS services of HTTP APIs',
  rows: [
    {
      question: 'several values of an identity source',
      choice: 'joined with a comma for payload 2.0, the last one for 1.0',
      where: 'http/steps/authorize-request.ts',
    },
    {
      question: '`identitySource` of an event without identity sources',
      choice: '`[]` for payload 2.0, `null` for 1.0',
      where: 'http/steps/authorizer-event.ts',
    },
    {
      question: 'a policy without `principalId`; a context with `null`, a list or an object for payload 1.0',
      choice: '500 for both',
      because: 'documented as required; AWS was seen to refuse other contexts',
      where: 'authorizers/http-lambda-authorizer.ts',
    },
    {
      question: 'a Lambda authorizer without a context; its context in an event of payload 1.0',
      choice: '`{"lambda": null}`; flat beside `principalId`',
      because: 'as in REST APIs',
      where: 'http/steps/request-context.ts',
    },
    {
      question: 'a list or an object of a context in a variable; `null`',
      choice: 'JSON; no value',
      where: 'authorizers/http-lambda-authorizer.ts',
    },
    {
      question: 'how many decisions are stored; two requests with the same identity at the same time',
      choice: `${count(LIMITS.authorizerDecisions)}, the oldest is dropped; the function is called for both`,
      where: 'authorizers/authorizer-decisions.ts',
    },
    {
      question: 'the body of a request that an authorizer refuses',
      choice: 'is not read, except with `AWS_IAM`, whose signature covers it',
      because: 'a client without a token should not fill the memory',
      where: 'http/http-pipeline.ts',
    },
    {
      question: 'a parameter of an action without a value',
      choice: '400 `Bad Request` if it is required, otherwise left out',
      because: 'only the text of the log is recorded',
      where: 'http/steps/service-request.ts',
    },
    {
      question: '`MessageAttributes` whose variable is no object',
      choice: '400 `Bad Request`; JSON text of an object is one',
      where: 'http/steps/service-request.ts',
    },
    {
      question: 'the protocol of SQS, and therefore its response',
      choice: 'query protocol, XML',
      because: 'the protocol of its time; emulators have it, too',
      where: 'integrations/service-actions.ts',
    },
    {
      question: 'lists such as `AttributeNames` and `Resources`; `Time`; `Data` of Kinesis',
      choice: 'a JSON list, or texts between commas; seconds or ISO 8601; the UTF-8 text, sent as base64',
      where: 'integrations/service-actions.ts',
    },
    {
      question: 'headers of the response of a service',
      choice: 'only its content type is passed on; mappings can read the others',
      because: 'status, body and content type were seen',
      where: 'http/steps/map-http-response.ts',
    },
    {
      question: 'a service that cannot be reached, or without `--endpoint-for`',
      choice: '500 `Internal Server Error`',
      because: 'as a function that did not run',
      where: 'http/steps/gateway-response.ts',
    },
  ],
};
