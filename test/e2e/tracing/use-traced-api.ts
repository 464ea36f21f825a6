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
  // Stopped after the service, which sends what it still has when it stops.
  afterAll(() => receiver.stop());
  const api = useApi({
    env: {
      MONITORING__ENABLE_TRACING: 'true',
      get MONITORING__OTLP_ENDPOINT() {
        return receiver.url;
      },
      ...env,
    },
  });
  return {
    api,
    get receiver() {
      return receiver;
    },
  };
}
