import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { createAdminServices, type AdminDependencies } from './admin-services.js';
import { ApiKeyController } from './api-keys/api-key.controller.js';
import { AuditLogController } from './audit/audit-log.controller.js';
import { BudgetController } from './budgets/budget.controller.js';
import { ChannelController } from './channels/channel.controller.js';
import { ConfigFileController } from './config-file/config-file.controller.js';
import { ENVIRONMENT } from './config-file/resolve-credentials.js';
import { YamlBodyParser } from './config-file/yaml-body-parser.js';
import { GroupController } from './groups/group.controller.js';
import { ActorPipe } from './identity/current-actor.js';
import { IdentityController } from './identity/identity.controller.js';
import { ModelController } from './models/model.controller.js';
import { OrganizationController } from './organizations/organization.controller.js';
import { PriceCardController } from './price-cards/price-card.controller.js';
import { PROVIDER_CATALOGUE } from './providers/provider-catalogue.js';
import { ProviderController } from './providers/provider.controller.js';
import { RoutingController } from './routing/routing.controller.js';
import { SettingsController } from './settings/settings.controller.js';

/** The admin feature: identity, tenants, catalogue, settings, audit log and the declarative file, under `/api/v1`. */
@Module({})
export class AdminModule {
  static register(dependencies: AdminDependencies): DynamicModule {
    const services = Object.values(createAdminServices(dependencies)).map<Provider>((service) => ({
      provide: service.constructor,
      useValue: service,
    }));
    return {
      module: AdminModule,
      controllers: [
        IdentityController,
        OrganizationController,
        ApiKeyController,
        BudgetController,
        ChannelController,
        ModelController,
        PriceCardController,
        GroupController,
        SettingsController,
        ProviderController,
        RoutingController,
        AuditLogController,
        ConfigFileController,
      ],
      providers: [
        ...services,
        { provide: PROVIDER_CATALOGUE, useValue: dependencies.providers },
        { provide: ENVIRONMENT, useValue: dependencies.environment ?? {} },
        ActorPipe,
        YamlBodyParser,
      ],
    };
  }
}
