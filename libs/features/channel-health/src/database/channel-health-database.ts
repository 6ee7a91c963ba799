import { type ServiceDatabaseOptions } from '@tollgate/persistence';
import { ChannelHealthFoundation1764000000002 } from './migration-1-foundation.js';
import { ChannelHealthIncidents1795651200000 } from './migration-2-parts-and-incidents.js';
import { ChannelHealthProbes1795651200001 } from './migration-3-probes-and-notifications.js';
import { ChannelHealthBudgetNotices1795780800001 } from './migration-4-budget-notices.js';
import { ChannelHealthLatencies1795780800002 } from './migration-5-latencies.js';
import { ChannelHealthAffectedOrganizations1795780800003 } from './migration-6-affected-organizations.js';
import { ChannelHealthLatenciesOfDays1795780800004 } from './migration-7-latencies-of-days.js';

/** How to open the schema of channel-health, for `openDatabase` and `migrate` of @tollgate/persistence. */
export function channelHealthDatabase(connection: {
  readonly url: string;
  readonly poolMax?: number;
}): ServiceDatabaseOptions {
  return {
    ...connection,
    schema: 'channel_health',
    applicationName: 'tollgate-channel-health',
    migrations: [
      ChannelHealthFoundation1764000000002,
      ChannelHealthIncidents1795651200000,
      ChannelHealthProbes1795651200001,
      ChannelHealthBudgetNotices1795780800001,
      ChannelHealthLatencies1795780800002,
      ChannelHealthAffectedOrganizations1795780800003,
      ChannelHealthLatenciesOfDays1795780800004,
    ],
  };
}
