import type { ConfigApplyReply } from '@tollgate/contracts';
import type { ChannelService } from './channels/channel.service.js';
import type { ConfigFileService } from './config-file/config-file.service.js';
import type { Environment } from './config-file/resolve-credentials.js';
import type { AdministratorState, IdentityService } from './identity/identity.service.js';
import { SYSTEM_ACTOR } from './write-path/actor.js';

/** What an app does with admin at start, without HTTP. */
export class AdminService {
  constructor(
    private readonly identity: IdentityService,
    private readonly configFile: ConfigFileService,
    private readonly channels: ChannelService,
  ) {}

  /**
   * Makes the first administrator when there is no user at all.
   *
   * @param password what the operator chose; absent: one is generated and returned, this once
   * @throws GatewayError `validation_failed` for an empty, short or default password
   */
  ensureAdministrator(password?: string): Promise<AdministratorState> {
    return this.identity.ensureAdministrator(password);
  }

  /**
   * Applies the declarative file: all of it, or nothing.
   *
   * @param environment where `{ env: NAME }` is looked up
   * @throws ConfigFileError with the path of everything that is wrong
   */
  applyConfig(text: string, environment: Environment): Promise<ConfigApplyReply> {
    return this.configFile.apply(text, {
      actor: { ...SYSTEM_ACTOR, via: 'config-file' },
      environment,
    });
  }

  /** Names of all channels: what a first start makes is made once, and stays as the operator leaves it. */
  channelNames(): Promise<ReadonlySet<string>> {
    return this.channels.names();
  }
}
