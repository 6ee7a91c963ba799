import { followChain } from '@tollgate/routing';
import type { ChannelModel } from './channel-values.js';

/** The models with the names that their vendor gets: one that is mapped to another of the channel follows it to the end. */
export function mappedModels(models: readonly ChannelModel[]): ChannelModel[] {
  const upstreamOf = mapping(models);
  return models.map((model) => ({
    ...model,
    upstream: followChain(model.name, upstreamOf) ?? model.upstream,
  }));
}

/** Positions of models whose mapping goes in circles. */
export function circularModels(models: readonly ChannelModel[]): number[] {
  const upstreamOf = mapping(models);
  return models.flatMap(({ name }, index) => (followChain(name, upstreamOf) === undefined ? [index] : []));
}

function mapping(models: readonly ChannelModel[]): (name: string) => string | undefined {
  const upstreams = new Map(models.map(({ name, upstream }) => [name, upstream]));
  return (name) => upstreams.get(name);
}
