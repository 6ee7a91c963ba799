import { z } from 'zod';
import { channelOverrides } from './channel-overrides.js';

/** How a channel differs from others of its provider in what a vendor is sent; what is absent changes nothing. */
export const channelTransformMembers = {
  /** Steps that change the body, and headers, that the vendor gets: after everything else. */
  overrides: channelOverrides.optional(),
};

export const channelTransforms = z.object(channelTransformMembers);
export type ChannelTransforms = z.infer<typeof channelTransforms>;
