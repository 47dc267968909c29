import { describe, expect, it } from 'vitest';
import { refusedHandshake, WebSocketClient } from '../support/web-socket-client.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';
import { presignedHandshake, signedHandshake } from './signed-handshake.js';

const iamRoute = { $connect: { AuthorizationType: 'AWS_IAM' } } as const;

describe('§10 a $connect route with AWS_IAM', () => {
  it('refuses a handshake that is not signed with 403 [documented]', async () => {
    await using api = await ApiUnderTest.deployed(iamRoute);
    expect((await refusedHandshake(api.webSocketUrl)).status).toBe(403);
  });

  it('admits one that is signed in its headers [documented]', async () => {
    await using api = await ApiUnderTest.deployed(iamRoute);
    using client = await api.open({ headers: await signedHandshake(api) });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('admits one that is signed in its query string, as a browser has to [documented]', async () => {
    await using api = await ApiUnderTest.deployed(iamRoute);
    using client = await WebSocketClient.open(await presignedHandshake(api));
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('§4 gives identity.accountId, caller, user and userArn to be mapped [documented]', async () => {
    await using backend = await startBackend();
    const variables = ['accountId', 'caller', 'user', 'userArn'];
    const RequestParameters = Object.fromEntries(
      variables.map((name) => [`integration.request.header.${name}`, `context.identity.${name}`]),
    );
    const integration = { IntegrationUri: backend.publicUrl, RequestParameters };
    await using api = await ApiUnderTest.deployed({ $connect: { ...iamRoute.$connect, integration } });
    using client = await api.open({ headers: await signedHandshake(api) });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect((await backend.next()).headers).toMatchObject({
      accountid: expect.stringMatching(/^\d{12}$/) as string,
      caller: expect.stringMatching(/./) as string,
      user: expect.stringMatching(/./) as string,
      userarn: expect.stringMatching(/^arn:aws:(iam|sts)::\d{12}:/) as string,
    });
  });
});
