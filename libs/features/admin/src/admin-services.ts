import type { ClientProxy } from '@nestjs/microservices';
import type { Clock } from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import type { MasterKey } from '@tollgate/security';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { AdminService } from './admin.service.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { AuditLogService } from './audit/audit-log.service.js';
import { BudgetReader } from './budgets/budget-reader.js';
import { BudgetService } from './budgets/budget.service.js';
import { ChannelHealthReader } from './channels/channel-health-reader.js';
import { ChannelService } from './channels/channel.service.js';
import { ConfigFileService } from './config-file/config-file.service.js';
import type { Environment } from './config-file/resolve-credentials.js';
import { GroupService } from './groups/group.service.js';
import { IdentityService } from './identity/identity.service.js';
import { LoginThrottle } from './identity/login-throttle.js';
import { ModelService } from './models/model.service.js';
import { BalanceReader } from './organizations/balance-reader.js';
import { OrganizationService } from './organizations/organization.service.js';
import { PriceCardService } from './price-cards/price-card.service.js';
import { DocumentPublication } from './publication/document-publication.js';
import type { ProviderCatalogue } from './providers/provider-catalogue.js';
import { RouteExplainer } from './routing/route-explainer.js';
import { SettingsService } from './settings/settings.service.js';
import { Writes } from './write-path/writes.js';

export interface AdminDependencies {
  /** Opened with `adminDatabase`. */
  readonly dataSource: DataSource;
  /** To show the health of channels; absent: it is not known. */
  readonly documents?: DocumentStore;
  /** To ask billing for balances; absent: they are not known. */
  readonly rpcClient?: ClientProxy;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: ProviderCatalogue;
  /** Where `{ env: NAME }` of files sent to the API is looked up; default: nowhere. */
  readonly environment?: Environment;
}

/** Everything that admin can do, put together by hand; Nest only carries it to the controllers. */
export function createAdminServices(dependencies: AdminDependencies) {
  const { dataSource, masterKey, clock, logger, providers } = dependencies;
  const writes = new Writes(dataSource, clock);
  const throttle = new LoginThrottle(dataSource, clock);
  const identity = new IdentityService({ dataSource, writes, throttle, masterKey, clock });
  const organizations = new OrganizationService(dataSource, writes);
  const apiKeys = new ApiKeyService(dataSource, writes, masterKey);
  const budgets = new BudgetService(dataSource, writes);
  const channels = new ChannelService({ dataSource, writes, masterKey, providers });
  const models = new ModelService(dataSource, writes);
  const priceCards = new PriceCardService(dataSource, writes, clock);
  const settings = new SettingsService(dataSource, writes);
  const channelHealth = new ChannelHealthReader(dependencies.documents, logger);
  const configFile = new ConfigFileService({
    ...{ dataSource, writes, clock, masterKey, providers },
    ...{ organizations, apiKeys, budgets, channels, models, priceCards, settings },
  });
  return {
    admin: new AdminService({
      ...{ identity, configFile, channels },
      publication: new DocumentPublication(writes),
    }),
    auditLog: new AuditLogService(dataSource),
    balances: new BalanceReader(dependencies.rpcClient, logger),
    budgetReader: new BudgetReader(dependencies.rpcClient, logger),
    channelHealth,
    routeExplainer: new RouteExplainer({ dataSource, channelHealth, clock }),
    groups: new GroupService(dataSource),
    ...{ identity, organizations, apiKeys, budgets, channels, models, priceCards, settings, configFile },
  };
}
