import { decodeCursor, toPage, type Page } from '@tollgate/control-api';
import { LessThan, type EntityManager, type EntityTarget, type FindOptionsWhere } from 'typeorm';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * One page of a table, newest first: ids are time-ordered.
 *
 * @throws GatewayError `validation_failed` for a cursor that is none
 */
export async function pageById<Entity extends { id: string }>(
  manager: EntityManager,
  target: EntityTarget<Entity>,
  where: object,
  { limit, cursor }: PageRequest,
): Promise<Page<Entity>> {
  const [after] = decodeIdCursor(cursor) ?? [];
  const rows = await manager.find(target, {
    // TypeORM can't relate a generic entity's own `id` to its options.
    where: { ...where, ...(after === undefined ? {} : { id: LessThan(after) }) } as FindOptionsWhere<Entity>,
    order: { id: 'DESC' } as never,
    take: limit + 1,
  });
  return toPage(rows, limit, ({ id }) => [id]);
}

export function mapPage<Row, Item>(page: Page<Row>, toItem: (row: Row) => Item): Page<Item> {
  return { items: page.items.map(toItem), nextCursor: page.nextCursor };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function decodeIdCursor(cursor: string | undefined): readonly string[] | undefined {
  const position = decodeCursor(cursor, 1);
  // A cursor of another list is well-formed but no id: Postgres would answer with an error of its own.
  if (position?.some((part) => !UUID.test(part))) return decodeCursor('', 1);
  return position;
}
