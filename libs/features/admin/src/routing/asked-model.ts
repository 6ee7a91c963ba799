import type { ChannelDocument, ModelDocument, Operation, SettingsDocument } from '@tollgate/contracts';
import { modelLegs, readReasoningSuffix, servingGroups, type SuffixedReasoning } from '@tollgate/routing';

/** The name that a client uses, as a proxy reads it. */
export interface AskedModel {
  /** Without a suffix that says how much to think. */
  readonly model: string;
  readonly reasoning: SuffixedReasoning | null;
}

export interface AskedName {
  /** As clients write it. */
  readonly model: string;
  readonly group: string;
  readonly operation: Operation;
}

export interface NamingFacts {
  readonly channels: readonly ChannelDocument[];
  readonly models: ReadonlyMap<string, ModelDocument>;
  readonly settings: SettingsDocument;
}

/** All that the name may mean: itself first, then what is left of it without its suffix, by each rule that fits. */
export function meaningsOf(
  model: string,
  operation: Operation,
  settings: SettingsDocument,
): readonly string[] {
  const names = [model];
  if (operation !== 'chat') return names;
  readReasoningSuffix(model, settings.models.reasoningSuffixes, (name) => {
    names.push(name);
    return false;
  });
  return names;
}

/**
 * What the name means to the group. A name that no channel of the group serves is looked for in all groups, so that an
 * explanation can say why none serves it.
 *
 * @returns `undefined` when nobody has a model of the name
 */
export function readAskedModel(name: AskedName, facts: NamingFacts): AskedModel | undefined {
  const { channels, models } = facts;
  const known = (model: string) => isKnown(model, name.group, facts);
  const exists = (model: string) =>
    models.has(model) || channels.some((channel) => channel.models.some((served) => served.name === model));
  return readAs(name, facts, known) ?? readAs(name, facts, exists);
}

function readAs(
  { model, operation }: AskedName,
  { settings }: NamingFacts,
  isModel: (model: string) => boolean,
): AskedModel | undefined {
  if (isModel(model)) return { model, reasoning: null };
  return operation === 'chat'
    ? readReasoningSuffix(model, settings.models.reasoningSuffixes, isModel)
    : undefined;
}

/** Some channel that the group is served by has the model, or one that takes over. */
function isKnown(model: string, group: string, { channels, models, settings }: NamingFacts): boolean {
  const groups = servingGroups(group, settings.routing.autoGroups);
  const names = modelLegs(model, models).map((leg) => leg.model);
  return channels.some(
    (channel) =>
      channel.enabled &&
      channel.groups.some((each) => groups.includes(each)) &&
      channel.models.some((served) => names.includes(served.name)),
  );
}
