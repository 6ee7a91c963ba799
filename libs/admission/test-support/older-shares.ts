import type { Redis } from 'ioredis';

/** Nobody can move a server's clock: what lies in it is made older instead. */
const AGE = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  for _, holder in ipairs(redis.call('HKEYS', key)) do
    local grant, needs, stated, left, turn = string.match(
      redis.call('HGET', key, holder), '^(%d+) (%d+) (%d+) (%d) (%d+)$'
    )
    local aged = string.format('%.0f %s %.0f', stated - ARGV[2], left, math.max(0, turn - ARGV[2]))
    redis.call('HSET', key, holder, grant .. ' ' .. needs .. ' ' .. aged)
  end
end`;

/** Makes what was said of the caps below a key pattern so much older. */
export async function makeOlder(client: Redis, pattern: string, milliseconds: number): Promise<void> {
  await client.eval(AGE, 0, pattern, milliseconds);
}
