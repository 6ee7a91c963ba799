import { type Setting, type Settings, type SettingsValues } from './setting.js';

/** The settings are wrong; `lines` has one sentence for each wrong variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const VALUE_LENGTH_MAX = 80;

/** The values of all settings; an empty variable counts as not set. Throws `SettingsError` naming every wrong one. */
export function parseSettings<const Shape extends Settings>(
  settings: Shape,
  environment: Environment,
): SettingsValues<Shape> {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const [key, setting] of Object.entries(settings)) {
    const text = given(environment[setting.name]);
    const result = setting.schema.safeParse(text);
    if (result.success) {
      values[key] = result.data;
    } else {
      wrong.push(sentence(setting, text));
    }
  }
  if (wrong.length > 0) {
    throw new SettingsError(wrong);
  }
  return values as SettingsValues<Shape>;
}

function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function sentence(setting: Setting<unknown>, text: string | undefined): string {
  // What is allowed instead of nothing is what an empty value is told.
  const problem = setting.schema.safeParse(text ?? '').error?.issues[0]?.message ?? 'is wrong';
  const end = problem.endsWith('.') ? '' : '.';
  if (text === undefined) {
    return `${setting.name} is not set: it ${problem}${end}`;
  }
  if (setting.secret) {
    return `${setting.name} ${problem}${end}`;
  }
  const shown = text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
  return `${setting.name} is ${JSON.stringify(shown)}: it ${problem}${end}`;
}
