/** The mock vendor speaks whatever it is asked in; gateways know this one to speak OpenAI Chat … */
export const BENCH_MODEL = 'bench-model';
/** … and this one to speak Anthropic Messages. */
export const ANTHROPIC_MODEL = 'bench-anthropic';
/** Streams of this one stay open until the vendor is told to end them. */
export const IDLE_MODEL = 'bench-idle';
