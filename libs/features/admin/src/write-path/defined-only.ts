/** The fields that were given: `undefined` means "as it is", `null` is a value. */
export function definedOnly<Values extends object>(
  values: Values,
): { [Field in keyof Values]?: Exclude<Values[Field], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Field in keyof Values]?: Exclude<Values[Field], undefined>;
  };
}
