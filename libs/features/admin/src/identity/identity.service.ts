import { randomBytes } from 'node:crypto';
import { GatewayError, newId, type Clock } from '@tollgate/contracts';
import type { Principal } from '@tollgate/control-api';
import { hashPassword, signAccessToken, verifyPassword, type MasterKey } from '@tollgate/security';
import type { DataSource } from 'typeorm';
import { SYSTEM_ACTOR, type Actor } from '../write-path/actor.js';
import type { Write, Writes } from '../write-path/writes.js';
import { throttleSubjects, type LoginThrottle } from './login-throttle.js';
import { refuseWeakPassword } from './password-policy.js';
import { UserEntity } from './user.entity.js';

export const FIRST_ADMINISTRATOR = 'admin';
const ACCESS_TOKEN_TTL_SECONDS = 12 * 60 * 60;
/** 192 bits. */
const GENERATED_PASSWORD_BYTES = 24;

export interface LoginInput {
  readonly username: string;
  readonly password: string;
  /** Where the attempt comes from, for the throttle. */
  readonly address: string;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

/** What `ensureAdministrator` found or made. */
export type AdministratorState =
  | { readonly status: 'exists'; readonly username: string }
  /** With the password that the operator chose. */
  | { readonly status: 'created'; readonly username: string }
  /** With a password that is known at this moment and never again. */
  | { readonly status: 'generated'; readonly username: string; readonly password: string };

export interface IdentityDependencies {
  readonly dataSource: DataSource;
  readonly writes: Writes;
  readonly throttle: LoginThrottle;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
}

/** Who may operate the gateway. */
export class IdentityService {
  constructor(private readonly dependencies: IdentityDependencies) {}

  /**
   * @throws GatewayError `invalid_credentials`, the same for an unknown name and a wrong password; `rate_limited` with
   *   the time to wait
   */
  async login({ username, password, address }: LoginInput): Promise<AccessToken> {
    const { throttle, dataSource } = this.dependencies;
    const subjects = throttleSubjects(username, address);
    const waitMs = await throttle.take(subjects);
    if (waitMs > 0) {
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      const message = `Too many failed logins; try again in ${retryAfterSeconds} s.`;
      throw new GatewayError('rate_limited', message, { retryAfterSeconds });
    }
    const user = await dataSource.manager.findOneBy(UserEntity, { username });
    if (!(await verifyPassword(password, user?.passwordHash)) || user === null) {
      throw new GatewayError('invalid_credentials', 'User name or password is wrong.');
    }
    await throttle.forgive(subjects);
    return this.issueToken(user);
  }

  /** @throws GatewayError `invalid_access_token` when the user is no more */
  async userOf(principal: Principal): Promise<UserEntity> {
    const user = await this.dependencies.dataSource.manager.findOneBy(UserEntity, { id: principal.subject });
    if (user === null) {
      throw new GatewayError(
        'invalid_access_token',
        'The user of this access token is no more; log in again.',
      );
    }
    return user;
  }

  /** The caller as the audit log names it. @throws as `userOf` */
  async actorOf(principal: Principal): Promise<Actor> {
    const { id, username } = await this.userOf(principal);
    return { id, name: username, via: 'api' };
  }

  /** @throws GatewayError `invalid_credentials` for a wrong current password, `validation_failed` for a weak new one */
  async changePassword(
    principal: Principal,
    change: { readonly currentPassword: string; readonly newPassword: string },
  ): Promise<void> {
    refuseWeakPassword(change.newPassword, 'newPassword');
    const user = await this.userOf(principal);
    if (!(await verifyPassword(change.currentPassword, user.passwordHash))) {
      throw new GatewayError('invalid_credentials', 'The current password is wrong.', {
        field: 'currentPassword',
      });
    }
    const passwordHash = await hashPassword(change.newPassword);
    await this.dependencies.writes.run(await this.actorOf(principal), async (write) => {
      await write.manager.update(UserEntity, { id: user.id }, { passwordHash, updatedAt: write.now });
      write.audit({ action: 'user.change-password', subject: subjectOf(user) });
    });
  }

  hasUsers(): Promise<boolean> {
    return this.dependencies.dataSource.manager.exists(UserEntity);
  }

  /**
   * Makes the first administrator when there is no user at all. Safe to call from replicas that start together.
   *
   * @param password what the operator chose; absent: one is generated and returned
   * @throws GatewayError `validation_failed` for an empty, short or default password, also when a user exists: a
   *   setting that is wrong is wrong at every start
   */
  async ensureAdministrator(password?: string): Promise<AdministratorState> {
    if (password !== undefined) refuseWeakPassword(password, 'TOLLGATE_ADMIN_PASSWORD');
    const username = FIRST_ADMINISTRATOR;
    if (await this.hasUsers()) return { status: 'exists', username };
    const chosen = password ?? randomBytes(GENERATED_PASSWORD_BYTES).toString('base64url');
    const passwordHash = await hashPassword(chosen);
    const created = await this.dependencies.writes.runAlone(SYSTEM_ACTOR, (write) =>
      createFirst(write, username, passwordHash),
    );
    if (!created) return { status: 'exists', username };
    return password === undefined
      ? { status: 'generated', username, password: chosen }
      : { status: 'created', username };
  }

  private async issueToken(user: UserEntity): Promise<AccessToken> {
    const { masterKey, clock } = this.dependencies;
    const claims = { subject: user.id, role: user.role, ttlSeconds: ACCESS_TOKEN_TTL_SECONDS };
    const issuedAtSeconds = Math.floor(clock.now() / 1000);
    const accessToken = await signAccessToken(masterKey, claims, clock);
    return { accessToken, expiresAt: new Date((issuedAtSeconds + ACCESS_TOKEN_TTL_SECONDS) * 1000) };
  }
}

/** `false`: another process was quicker. */
async function createFirst(write: Write, username: string, passwordHash: string): Promise<boolean> {
  if (await write.manager.exists(UserEntity)) return false;
  const user = write.manager.create(UserEntity, {
    id: newId(),
    username,
    passwordHash,
    role: 'administrator',
    createdAt: write.now,
    updatedAt: write.now,
  });
  await write.manager.insert(UserEntity, user);
  write.audit({ action: 'user.create', subject: subjectOf(user), after: { username, role: user.role } });
  return true;
}

function subjectOf({ id, username }: UserEntity) {
  return { kind: 'user', id, name: username };
}
