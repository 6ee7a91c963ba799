import type { ChannelTransforms } from '@tollgate/contracts';

/** What an operator decides about the requests that a channel's vendor gets; null changes nothing. */
export type TransformValues = {
  readonly [Member in keyof ChannelTransforms]-?: NonNullable<ChannelTransforms[Member]> | null;
};

export const NO_TRANSFORMS: TransformValues = Object.freeze({
  overrides: null,
  headers: null,
  systemPrompt: null,
  allow: null,
  disableStore: null,
  passThroughBody: null,
  statusMap: null,
  timeouts: null,
  inFlightMax: null,
  requestsPerMinuteMax: null,
  tokensPerMinuteMax: null,
});

/** As they lie in the database: JSON that was checked before it was written. */
export type StoredTransforms = object;

/** Those that change something. */
export function givenTransforms(values: TransformValues): ChannelTransforms {
  const { overrides, headers, systemPrompt, allow, disableStore, passThroughBody, statusMap } = values;
  const { timeouts, inFlightMax, requestsPerMinuteMax, tokensPerMinuteMax } = values;
  const all = {
    ...{ overrides, headers, systemPrompt, allow, disableStore, passThroughBody, statusMap },
    ...{ timeouts, inFlightMax, requestsPerMinuteMax, tokensPerMinuteMax },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

export function storedTransforms(values: TransformValues): StoredTransforms {
  return { ...givenTransforms(values) };
}

/** All of them, as they are stored. */
export function allTransforms(stored: StoredTransforms): TransformValues {
  return { ...NO_TRANSFORMS, ...stored };
}
