/** How many statements of the server wait for a lock. `sql` may be in a transaction, which would otherwise see its first answer for ever. */
export async function lockWaiters(sql) {
  await sql.query('SELECT pg_stat_clear_snapshot()');
  return (await sql.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).rowCount;
}
