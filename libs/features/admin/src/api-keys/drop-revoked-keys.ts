import { apiKeyDocumentKey } from '@tollgate/contracts';
import { dropBudgets } from '../budgets/drop-budgets.js';
import type { Write } from '../write-path/writes.js';
import { ApiKeyEntity } from './api-key.entity.js';

/** Forgets the revoked keys of an organisation that is being deleted, and their documents. */
export async function dropRevokedKeys(write: Write, organizationId: string): Promise<void> {
  const keys = await write.manager.findBy(ApiKeyEntity, { organizationId, status: 'revoked' });
  await write.manager.delete(ApiKeyEntity, { organizationId, status: 'revoked' });
  await dropBudgets(
    write,
    'api-key',
    keys.map(({ id }) => id),
  );
  for (const { hash } of keys) write.document('identity', apiKeyDocumentKey(hash), null);
}
