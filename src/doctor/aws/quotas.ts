import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { type AwsClients } from './clients.js';
import { read, type SdkError } from './read.js';

/** New connections per second of all WebSocket APIs of the account in the Region. */
const NEW_CONNECTIONS = 'L-9ED1E49A';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const DEFAULT_NEW_CONNECTIONS = 500;

export const readNewConnectionsQuota = ({ quotas }: AwsClients): Promise<number> =>
  read('servicequotas:GetServiceQuota', async () => {
    try {
      const input = { ServiceCode: 'apigateway', QuotaCode: NEW_CONNECTIONS };
      const { Quota } = await quotas.send(new GetServiceQuotaCommand(input));
      return Quota?.Value ?? DEFAULT_NEW_CONNECTIONS;
    } catch (error) {
      // the account has never had another value than the default
      if ((error as SdkError).name === 'NoSuchResourceException') return DEFAULT_NEW_CONNECTIONS;
      throw error;
    }
  });
