import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { GeneratedKey } from '@tollgate/contracts';
import { AdminService } from '@tollgate/feature-admin';
import type { DocumentStore } from '@tollgate/messaging';
import { readEnvironment, type StandaloneSettings } from './config.js';
import { loadStarterSecret } from './secret-files.js';
import { starterConfig, vendorConfig } from './starter-config.js';

/** What the person at the terminal is told. */
export interface Welcome {
  /** Set once: when the administrator was made with a password of ours. */
  readonly generatedPassword: string | undefined;
  /** The key of the ready-made request; absent when a declarative file decides what exists. */
  readonly starterSecret: string | undefined;
  /** Keys of the declarative file that had no secret; shown this once. */
  readonly generatedKeys: readonly GeneratedKey[];
}

/** Makes what a first start lacks, and applies the operator's declarative file. */
export async function bootstrap(
  control: NestFastifyApplication,
  settings: StandaloneSettings,
  documents: DocumentStore,
): Promise<Welcome> {
  const admin = control.get(AdminService, { strict: false });
  const environment = readEnvironment();
  const administrator = await admin.ensureAdministrator(settings.adminPassword);
  const generatedPassword = administrator.status === 'generated' ? administrator.password : undefined;
  if (settings.configFile !== undefined) {
    const { generatedKeys } = await admin.applyConfigFile(settings.configFile, environment);
    await admin.ensureDocuments(documents);
    return { generatedPassword, starterSecret: undefined, generatedKeys };
  }
  const starterSecret = await loadStarterSecret(settings.dataDirectory);
  // What the operator has changed since stays changed: each part is made once.
  const channels = await admin.channelNames();
  if (channels.size === 0) {
    await admin.applyConfig(JSON.stringify(starterConfig(starterSecret)), environment);
  }
  const vendors = vendorConfig(environment, channels);
  if (vendors !== undefined) await admin.applyConfig(JSON.stringify(vendors), environment);
  await admin.ensureDocuments(documents);
  return { generatedPassword, starterSecret, generatedKeys: [] };
}
