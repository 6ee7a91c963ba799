import type { StoredResponseDocument } from '@tollgate/contracts';
import { credentialId, type Keyring } from '@tollgate/security';

/** What is kept of a credential to find it again. */
export type CredentialPin = Pick<StoredResponseDocument, 'credential' | 'credentialId' | 'onlyCredential'>;

/** Finds a channel's credentials again after the list of them has changed; knows them by ids that reveal nothing. */
export class CredentialPins {
  /** By position. */
  private readonly pins: readonly CredentialPin[];

  /** @param ids by position: the id under the current master key, then those under the keys before it */
  private constructor(private readonly ids: readonly (readonly string[])[]) {
    this.pins = ids.map(([id], credential) => ({
      credential,
      ...(id !== undefined && { credentialId: id }),
      onlyCredential: ids.length === 1,
    }));
  }

  /** @param secrets by position; `null`: the empty proof of a channel without credentials */
  static of(channelId: string, secrets: readonly (string | null)[], keyring: Keyring): CredentialPins {
    const keys = [keyring.current, ...keyring.previous];
    return new CredentialPins(
      secrets.map((secret) => keys.map((key) => credentialId(key, channelId, secret ?? ''))),
    );
  }

  pin(position: number): CredentialPin {
    const pin = this.pins[position];
    if (pin === undefined) throw new RangeError(`there is no credential ${position}`);
    return pin;
  }

  /**
   * Where the credential stands now; `undefined`: it is no longer configured. The only one of a channel that still has
   * one is taken to be renewed, for the same account. Pins without an id are positions, which wrap.
   */
  positionOf(pin: CredentialPin): number | undefined {
    const { credential, credentialId: id, onlyCredential } = pin;
    if (this.pins[credential] === pin) return credential;
    const { length } = this.ids;
    if (id === undefined) return credential % length;
    const position = this.ids.findIndex((ids) => ids.includes(id));
    if (position !== -1) return position;
    return onlyCredential === true && length === 1 ? 0 : undefined;
  }
}
