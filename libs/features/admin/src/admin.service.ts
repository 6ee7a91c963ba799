import { readFile } from 'node:fs/promises';
import { GatewayError, type ConfigApplyReply } from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { ChannelService } from './channels/channel.service.js';
import type { ApplyOptions, ConfigFileService } from './config-file/config-file.service.js';
import type { Environment } from './config-file/resolve-credentials.js';
import type { AdministratorState, IdentityService } from './identity/identity.service.js';
import type { DocumentPublication } from './publication/document-publication.js';
import { PublicationKeeper } from './publication/publication-keeper.js';
import { SYSTEM_ACTOR } from './write-path/actor.js';

export interface AdminServiceDependencies {
  readonly identity: IdentityService;
  readonly configFile: ConfigFileService;
  readonly channels: ChannelService;
  readonly publication: DocumentPublication;
}

/** What an app does with admin at start, without HTTP. */
export class AdminService {
  constructor(private readonly dependencies: AdminServiceDependencies) {}

  /**
   * Makes the first administrator when there is no user at all.
   *
   * @param password what the operator chose; absent: one is generated and returned, this once
   * @throws GatewayError `validation_failed` for an empty, short or default password
   */
  ensureAdministrator(password?: string): Promise<AdministratorState> {
    return this.dependencies.identity.ensureAdministrator(password);
  }

  /** Whether somebody can log in. */
  hasAdministrator(): Promise<boolean> {
    return this.dependencies.identity.hasUsers();
  }

  /**
   * Applies the declarative file: all of it, or nothing.
   *
   * @param environment where `{ env: NAME }` is looked up
   * @throws ConfigFileError with the path of everything that is wrong
   */
  applyConfig(
    text: string,
    environment: Environment,
    options: Pick<ApplyOptions, 'mayGenerateKeys'> = {},
  ): Promise<ConfigApplyReply> {
    const actor = { ...SYSTEM_ACTOR, via: 'config-file' } as const;
    return this.dependencies.configFile.apply(text, { ...options, actor, environment });
  }

  /**
   * Applies the file at the path that `TOLLGATE_CONFIG` names.
   *
   * @throws as `applyConfig`, with the path before the message; GatewayError `validation_failed` when it can't be read
   */
  async applyConfigFile(
    path: string,
    environment: Environment,
    options: Pick<ApplyOptions, 'mayGenerateKeys'> = {},
  ): Promise<ConfigApplyReply> {
    const text = await readConfigFile(path);
    try {
      return await this.applyConfig(text, environment, options);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'validation_failed') throw error;
      throw new GatewayError('validation_failed', `${path}: ${error.message}`, { cause: error });
    }
  }

  /** The names of all channels. */
  channelNames(): Promise<ReadonlySet<string>> {
    return this.dependencies.channels.names();
  }

  /**
   * Publishes every document again when the store has none, because it is new or was emptied. The outbox relay
   * carries them.
   *
   * @returns whether that was so
   * @throws GatewayError `service_unavailable` when the store can't be asked
   */
  ensureDocuments(documents: DocumentStore): Promise<boolean> {
    return this.dependencies.publication.ensure(documents);
  }

  /**
   * Does the same again and again, within seconds of a loss.
   *
   * @returns ends that
   */
  keepDocuments(documents: DocumentStore, logger: Logger): () => Promise<void> {
    const keeper = new PublicationKeeper({ ...this.dependencies, documents, logger });
    keeper.start();
    return () => keeper.stop();
  }
}

async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code =
      typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : 'unknown error';
    throw new GatewayError(
      'validation_failed',
      `The declarative file ${path} can't be read (${String(code)}): set TOLLGATE_CONFIG to its path, or unset it.`,
      { cause },
    );
  }
}
