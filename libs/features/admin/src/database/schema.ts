/** The Postgres schema that admin owns; no other service reads or writes it. */
export const ADMIN_SCHEMA = 'admin';
