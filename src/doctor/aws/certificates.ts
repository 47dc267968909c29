import { DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { type AwsClients } from './clients.js';
import { read } from './read.js';

export interface Certificate {
  readonly arn: string;
  readonly status: string;
  /** `AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`. */
  readonly type: string;
  readonly expiresAt: Date | undefined;
  readonly names: readonly string[];
}

export const readCertificate = ({ acm }: AwsClients, arn: string): Promise<Certificate> =>
  read('acm:DescribeCertificate', async () => {
    const { Certificate: found } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
    return {
      arn,
      status: found?.Status ?? '',
      type: found?.Type ?? '',
      expiresAt: found?.NotAfter,
      names: found?.SubjectAlternativeNames ?? [],
    };
  });
