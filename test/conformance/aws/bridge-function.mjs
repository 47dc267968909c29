// The Lambda function of the conformance suite on AWS: it hands every event to the suite's own machine, by the Invoke
// API that the suite serves there, and answers what the suite answers. BACKEND_URL is CONFORMANCE_BACKEND_URL.
export const handler = async (event) => {
  const url = `${process.env.BACKEND_URL}/2015-03-31/functions/conformance/invocations`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const payload = await answer.json();
  if (!answer.headers.has('x-amz-function-error')) return payload;
  throw Object.assign(new Error(payload.errorMessage), { name: payload.errorType });
};
