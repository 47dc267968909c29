/**
 * Settings of an SDK client whose endpoint is given and not derived from the Region. FIPS and dual-stack select derived
 * endpoints, and the SDK refuses every request if one of them is on beside an explicit endpoint. Therefore both are
 * off, whatever `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT` and the AWS config file say.
 */
export function explicitEndpoint(endpoint: string) {
  return { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false } as const;
}
