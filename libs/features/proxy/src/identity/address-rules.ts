import { GatewayError, type ApiKeyDocument, type OrganizationDocument } from '@tollgate/contracts';
import { AddressList } from './address-list.js';
import type { Arrival, TrustedProxies } from './trusted-proxies.js';

interface Bound {
  readonly apiKey: ApiKeyDocument;
  readonly organization: OrganizationDocument;
}

/** Whether an identity may be used from where a request comes. Lists are compiled once a document. */
export class AddressRules {
  private readonly compiled = new WeakMap<ApiKeyDocument | OrganizationDocument, AddressList>();

  constructor(private readonly proxies: TrustedProxies) {}

  /** @throws GatewayError `ip_not_allowed` */
  check({ apiKey, organization }: Bound, arrival: Arrival): void {
    if (apiKey.allowedAddresses === null && organization.allowedAddresses === null) return;
    const address = this.proxies.clientOf(arrival);
    if (this.allows(organization, address) && this.allows(apiKey, address)) return;
    throw new GatewayError(
      'ip_not_allowed',
      `This API key may not be used from the address ${address ?? '(unknown)'}.`,
    );
  }

  private allows(document: ApiKeyDocument | OrganizationDocument, address: string | undefined): boolean {
    if (document.allowedAddresses === null) return true;
    let list = this.compiled.get(document);
    if (list === undefined) this.compiled.set(document, (list = new AddressList(document.allowedAddresses)));
    return address !== undefined && list.has(address);
  }
}
