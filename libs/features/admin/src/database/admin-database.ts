import type { ServiceDatabaseOptions } from '@tollgate/persistence';
import { ApiKeyEntity } from '../api-keys/api-key.entity.js';
import { AuditEntryEntity } from '../audit/audit-entry.entity.js';
import { BudgetEntity } from '../budgets/budget.entity.js';
import { ChannelEntity } from '../channels/channel.entity.js';
import { UserEntity } from '../identity/user.entity.js';
import { ModelEntity } from '../models/model.entity.js';
import { OrganizationEntity } from '../organizations/organization.entity.js';
import { PriceCardVersionEntity } from '../price-cards/price-card-version.entity.js';
import { PriceCardEntity } from '../price-cards/price-card.entity.js';
import { SettingsEntity } from '../settings/settings.entity.js';
import { AddBudgets1795741200000 } from './add-budgets.migration.js';
import { AddChannelOptions1795651200000 } from './add-channel-options.migration.js';
import { AddChannelTransforms1795737600000 } from './add-channel-transforms.migration.js';
import { AddChannelTransport1795744800000 } from './add-channel-transport.migration.js';
import { AddKeyTags1795910400000 } from './add-key-tags.migration.js';
import { AddLimits1795824000000 } from './add-limits.migration.js';
import { AddModelHedge1795914000000 } from './add-model-hedge.migration.js';
import { AddRouting1795744800000 } from './add-routing.migration.js';
import { CreateAdminSchema1764000000000 } from './create-admin-schema.migration.js';
import { ADMIN_SCHEMA } from './schema.js';

/** How to open admin's schema, for `openDatabase` and `migrate` of @tollgate/persistence. */
export function adminDatabase(connection: {
  readonly url: string;
  readonly poolMax?: number;
}): ServiceDatabaseOptions {
  return {
    ...connection,
    schema: ADMIN_SCHEMA,
    applicationName: 'tollgate-admin',
    migrations: [
      CreateAdminSchema1764000000000,
      AddChannelOptions1795651200000,
      AddChannelTransforms1795737600000,
      AddBudgets1795741200000,
      AddChannelTransport1795744800000,
      AddLimits1795824000000,
      AddRouting1795744800000,
      AddKeyTags1795910400000,
      AddModelHedge1795914000000,
    ],
    entities: [
      UserEntity,
      OrganizationEntity,
      ApiKeyEntity,
      BudgetEntity,
      ChannelEntity,
      ModelEntity,
      PriceCardEntity,
      PriceCardVersionEntity,
      SettingsEntity,
      AuditEntryEntity,
    ],
  };
}
