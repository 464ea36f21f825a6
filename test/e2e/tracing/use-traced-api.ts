import { OtlpReceiver } from '../../support/otlp-receiver.js';
import { type Api, useApi } from '../../support/use-api.js';

export interface TracedApi {
  readonly api: Api;
  readonly receiver: OtlpReceiver;
}

/** A service that sends its traces to a receiver of the test. */
export function useTracedApi(env: Readonly<Record<string, string>> = {}): TracedApi {
  let receiver: OtlpReceiver;

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
  });
  const api = useApi({
    env: {
      MONITORING__ENABLE_TRACING: 'true',
      get MONITORING__OTLP_ENDPOINT() {
        return receiver.url;
      },
      ...env,
    },
  });
  // After the service, which sends what it still has when it stops: hooks run in the order in which they are named.
  afterAll(() => receiver.stop());
  return {
    api,
    get receiver() {
      return receiver;
    },
  };
}
