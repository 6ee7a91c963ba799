import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** One environment variable: its name, how its text is read, and whether its value may be shown. */
export interface Setting<Value> {
  readonly name: string;
  /** Reads the text; an unset or empty variable comes as `undefined`. Its messages say what is allowed. */
  readonly schema: z.ZodType<Value, string | undefined>;
  /** A wrong value is not repeated in the error. */
  readonly secret: boolean;
}

/** Settings by the name that the code uses; sections are spread into one object per app. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

export type SettingsValues<Shape extends Settings> = {
  readonly [Key in keyof Shape]: Shape[Key] extends Setting<infer Value> ? Value : never;
};

type Schema<Value> = z.ZodType<Value, string | undefined>;

export function setting<Value>(name: string, schema: Schema<Value>): Setting<Value> {
  return { name, schema, secret: false };
}

export function secretSetting<Value>(name: string, schema: Schema<Value>): Setting<Value> {
  return { name, schema, secret: true };
}

export const required = <Value>(schema: z.ZodType<Value, string>): Schema<Value> =>
  z.string({ error: 'is not set' }).pipe(schema);

export const optional = <Value>(schema: z.ZodType<Value, string>): Schema<Value | undefined> =>
  schema.optional();

export const withDefault = <Value>(schema: z.ZodType<Value, string>, value: NoInfer<Value>): Schema<Value> =>
  schema.optional().transform((given) => given ?? value);

export const text = z.string();

export const integer = (min: number, max: number): z.ZodType<number, string> =>
  z
    .string()
    .refine((value) => /^\d{1,15}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

/** 0 lets the system choose a free one. */
export const port = integer(0, 65_535);

export const ratio: z.ZodType<number, string> = z
  .string()
  .refine((value) => /^(0|1|0?\.\d+|[01]\.\d*)$/.test(value) && Number(value) <= 1, {
    error: 'must be a number from 0 to 1',
  })
  .transform(Number);

export const choice = <const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
): z.ZodType<Choices[number], string> =>
  z.string().refine((value): value is Choices[number] => choices.includes(value), {
    error: `must be one of ${choices.join(', ')}`,
  });

export const url = (protocols: readonly [string, ...string[]]): z.ZodType<string, string> => {
  const examples = protocols.map((protocol) => `${protocol}://…`).join(' or ');
  return z.string().refine((value) => protocols.includes(protocolOf(value) ?? ''), {
    error: `must be a URL like ${examples}`,
  });
};

const WORKERS_MAX = 256;

/** A number of processes, or `auto` for one a processor. */
export const workers: z.ZodType<number, string> = z.union(
  [z.literal('auto').transform(() => availableParallelism()), integer(1, WORKERS_MAX)],
  { error: `must be a whole number from 1 to ${WORKERS_MAX}, or auto` },
);

function protocolOf(value: string): string | undefined {
  return URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined;
}
