import type { VendorRoute } from '@tollgate/providers';
import type { RequestTransform } from '@tollgate/transforms';

/** How requests of one client dialect for one model of a channel reach its vendor. */
export interface ChannelRoute extends VendorRoute {
  /** What the channel changes of such requests; `undefined`: nothing. */
  readonly transform: RequestTransform | undefined;
}
