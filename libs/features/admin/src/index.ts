export { AdminModule } from './admin.module.js';
export { createAdminServices, type AdminDependencies } from './admin-services.js';
export { AdminService } from './admin.service.js';
export { ConfigFileError, describeProblem, type ConfigProblem } from './config-file/config-problems.js';
export type { Environment } from './config-file/resolve-credentials.js';
export { adminDatabase } from './database/admin-database.js';
export { ADMIN_SCHEMA } from './database/schema.js';
export { FIRST_ADMINISTRATOR, type AdministratorState } from './identity/identity.service.js';
export type {
  ProviderCatalogue,
  ProviderDescription,
  ProviderOptionDescription,
} from './providers/provider-catalogue.js';
