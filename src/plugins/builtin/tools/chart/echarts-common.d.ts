/** The prebuilt bundle: one CommonJS file that loads in a tenth of a second, where the package's index is a thousand modules. */
declare module 'echarts/dist/echarts.common.min' {
  import type { init } from 'echarts';

  interface Bundle {
    readonly init: typeof init;
  }
  const bundle: Partial<Bundle> & { readonly default?: Bundle };
  export = bundle;
}
