import { useEffect, useState } from 'preact/hooks';
import { callGateway } from './api.js';

/** An API of the gateway, of `GET /_gateway/apis`, with the members that the page uses. */
export interface ServedApi {
  readonly apiId: string;
  readonly name: string;
  readonly protocolType: 'WEBSOCKET' | 'HTTP';
  readonly stages: readonly ServedStage[];
  readonly routes: readonly { readonly routeKey: string; readonly target?: string }[];
}

export interface ServedStage {
  readonly stageName: string;
  /** Below the gateway's address; absent if only domain names lead to it. */
  readonly path?: string;
  /** The routes that are deployed to it. */
  readonly deployedRouteKeys: readonly string[];
}

export const readApis = async (): Promise<readonly ServedApi[]> =>
  (await callGateway<{ readonly items: readonly ServedApi[] }>('apis')).items;

export interface Apis {
  /** `undefined` until they are read. */
  readonly apis: readonly ServedApi[] | undefined;
  readonly error: Error | undefined;
}

/** Reads the APIs when the component appears. */
export function useApis(): Apis {
  const [result, setResult] = useState<Apis>({ apis: undefined, error: undefined });
  useEffect(() => {
    let isWanted = true;
    const show = (next: Apis) => {
      if (isWanted) setResult(next);
    };
    readApis().then(
      (apis) => show({ apis, error: undefined }),
      (error: Error) => show({ apis: undefined, error }),
    );
    return () => {
      isWanted = false;
    };
  }, []);
  return result;
}
