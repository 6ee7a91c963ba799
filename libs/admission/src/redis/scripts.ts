/*
 * The rules of the quota store in Lua: each script is one atomic step. Layout, all under one prefix (in braces, so that
 * a cluster keeps it in one slot):
 *
 *   state                      hash: epoch, run (of the server that the data was built on), recoverUntil (ms)
 *   <epoch>:account:<id>       hash: available, credited, version
 *   <epoch>:lease:<id>         hash: account, holder, granted, consumed, sequence, reclaimed; expires once finished
 *   <epoch>:holder:<id>        set of lease ids
 *   <epoch>:holders            sorted set: holder by when it was last heard of (ms)
 *
 * A rebuild writes under a new epoch and switches with one write of `state`. Amounts are decimal strings and are added
 * by Redis itself (64-bit integers); Lua's doubles only choose the size of a grant.
 */

/** A finished lease is forgotten after so long without news of it. */
const FORGET_AFTER_MS = 3 * 24 * 3_600_000;
/** What leases took from an account that billing does not tell of is forgotten after so long. */
const FORGET_UNOPENED_AFTER_MS = 30 * 24 * 3_600_000;

const PRELUDE = `
local root = string.sub(KEYS[1], 1, -6)
local epoch, run, recover_until = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'run', 'recoverUntil'))
local base = root .. (epoch or '') .. ':'

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function account_key(id) return base .. 'account:' .. id end
local function lease_key(id) return base .. 'lease:' .. id end
local function holder_key(id) return base .. 'holder:' .. id end

local function negated(number)
  if number == '0' then return number end
  if string.sub(number, 1, 1) == '-' then return string.sub(number, 2) end
  return '-' .. number
end

-- Compares integers of any size: by sign, then by length, then digit by digit.
local function less(a, b)
  local a_negative, b_negative = string.sub(a, 1, 1) == '-', string.sub(b, 1, 1) == '-'
  if a_negative ~= b_negative then return a_negative end
  if a_negative then a, b = string.sub(b, 2), string.sub(a, 2) end
  if #a ~= #b then return #a < #b end
  return a < b
end

local function larger(a, b) if less(a, b) then return b end return a end

local function read_lease(id)
  local account, holder, granted, consumed, sequence, reclaimed = unpack(redis.call('HMGET', lease_key(id),
    'account', 'holder', 'granted', 'consumed', 'sequence', 'reclaimed'))
  if not account then return nil end
  return { id = id, account = account, holder = holder, granted = granted, consumed = consumed,
    sequence = sequence, reclaimed = reclaimed == '1' }
end

local function new_lease(id, account, consumed)
  return { id = id, account = account, holder = '', granted = consumed, consumed = consumed, sequence = '0',
    reclaimed = false }
end

local function write_lease(lease)
  local key = lease_key(lease.id)
  redis.call('HSET', key, 'account', lease.account, 'holder', lease.holder, 'granted', lease.granted,
    'consumed', lease.consumed, 'sequence', lease.sequence, 'reclaimed', lease.reclaimed and '1' or '0')
  if lease.granted == lease.consumed then redis.call('PEXPIRE', key, ${FORGET_AFTER_MS})
  else redis.call('PERSIST', key) end
end

-- An account that billing has not told of, or has dropped, does not stay for ever.
local function limit_life(account)
  if redis.call('HEXISTS', account, 'version') == 0 then redis.call('PEXPIRE', account, ${FORGET_UNOPENED_AFTER_MS}) end
end

local function set_granted(lease, granted)
  if granted == lease.granted then return end
  local account = account_key(lease.account)
  redis.call('HINCRBY', account, 'available', lease.granted)
  redis.call('HINCRBY', account, 'available', negated(granted))
  limit_life(account)
  lease.granted = granted
end

local function is_late(lease, sequence)
  return lease and sequence ~= '' and tonumber(sequence) <= tonumber(lease.sequence)
end

-- Makes the store's figure what the holder says it is, whichever of the two is higher.
local function align(lease, holder, granted, sequence)
  if lease.holder ~= holder then
    redis.call('SADD', holder_key(holder), lease.id)
    lease.holder = holder
  end
  if sequence ~= '' then lease.sequence = sequence end
  set_granted(lease, larger(granted, lease.consumed))
end

local function hear(holder) redis.call('ZADD', base .. 'holders', now_ms(), holder) end

local function current_run()
  local info = redis.call('INFO', 'server')
  return string.match(info, 'run_id:(%w+)') or 'unknown'
end

-- A server that was restarted may have lost its last writes.
local function is_blank() return not epoch or run ~= current_run() end
`;

export const ACQUIRE = `${PRELUDE}
local id, account, holder, least, full, wanted, granted, sequence = unpack(ARGV)

local function grant_size(available)
  if less(available, least) or not less('0', available) then return nil end
  if not less(available, full) then least = larger(least, full) end
  local share = math.min(math.floor(tonumber(available) / 4), tonumber(wanted), 9007199254740991)
  return larger(least, string.format('%.0f', share))
end

if not epoch then return { 'recovering' } end
local lease = read_lease(id)
if lease and lease.reclaimed then return { 'reclaimed' } end
if is_late(lease, sequence) then return { 'late' } end
if granted == '' then granted = lease and lease.granted or '0' end
if lease or granted ~= '0' then
  lease = lease or new_lease(id, account, '0')
  align(lease, holder, granted, sequence)
  write_lease(lease)
  hear(holder)
end
if now_ms() < tonumber(recover_until) then return { 'recovering' } end
local available, version = unpack(redis.call('HMGET', account_key(account), 'available', 'version'))
if not version then return { 'unknown-account' } end
local amount = grant_size(available)
if not amount then return { 'insufficient' } end
if not lease then
  lease = new_lease(id, account, '0')
  align(lease, holder, '0', sequence)
  write_lease(lease)
  hear(holder)
end
redis.call('HINCRBY', account_key(account), 'available', '-' .. amount)
redis.call('HINCRBY', lease_key(id), 'granted', amount)
redis.call('PERSIST', lease_key(id))
return { 'granted', amount }
`;

/** What a holder says of its leases, four arguments each; answers with those that were reclaimed. */
export const STATE = `${PRELUDE}
local reclaimed, heard = {}, false
if not epoch then return reclaimed end
local holder = ARGV[1]
for at = 2, #ARGV, 4 do
  local id, account, granted, sequence = unpack(ARGV, at, at + 3)
  local lease = read_lease(id)
  if lease and lease.reclaimed then
    reclaimed[#reclaimed + 1] = id
  elseif (lease or granted ~= '0') and not is_late(lease, sequence) then
    lease = lease or new_lease(id, account, '0')
    align(lease, holder, granted, sequence)
    write_lease(lease)
    heard = true
  end
end
if heard then hear(holder) end
return reclaimed
`;

/** First the number of accounts; three arguments an account, then four a lease. */
export const PROJECT = `${PRELUDE}
if is_blank() then return 'blank' end
local leases_at = 2 + 3 * tonumber(ARGV[1])
for at = 2, leases_at - 1, 3 do
  local id, credited, version = unpack(ARGV, at, at + 2)
  local key = account_key(id)
  local credited_before, version_before = unpack(redis.call('HMGET', key, 'credited', 'version'))
  if not version_before or less(version_before, version) then
    redis.call('HINCRBY', key, 'available', negated(credited_before or '0'))
    redis.call('HINCRBY', key, 'available', credited)
    redis.call('HSET', key, 'credited', credited, 'version', version)
    redis.call('PERSIST', key)
  end
end
for at = leases_at, #ARGV, 4 do
  local id, account, consumed, consumed_before = unpack(ARGV, at, at + 3)
  local lease = read_lease(id) or new_lease(id, account, consumed_before)
  lease.consumed = larger(lease.consumed, consumed)
  set_granted(lease, larger(lease.granted, lease.consumed))
  write_lease(lease)
end
return 'projected'
`;

export const INSPECT_STATE = `${PRELUDE}
return { is_blank() and '1' or '0', epoch or '', current_run() }
`;

/** Writes a part of a snapshot under an epoch that nobody reads yet; four arguments an account and a lease. */
export const LOAD = `${PRELUDE}
base = root .. ARGV[1] .. ':'
local leases_at = 3 + 4 * tonumber(ARGV[2])
for at = 3, leases_at - 1, 4 do
  local id, balance, credited, version = unpack(ARGV, at, at + 3)
  redis.call('HSET', account_key(id), 'available', balance, 'credited', credited, 'version', version)
end
for at = leases_at, #ARGV, 4 do
  local id, account, consumed, unopened = unpack(ARGV, at, at + 3)
  write_lease(new_lease(id, account, consumed))
  if unopened == '1' then
    redis.call('HINCRBY', account_key(account), 'available', negated(consumed))
    limit_life(account_key(account))
  end
end
return 'loaded'
`;

/** Makes the loaded epoch the one that counts, if nobody else was quicker and no part of it can be lost. */
export const SWITCH = `${PRELUDE}
local new_epoch, old_epoch, loaded_on, recover_ms = unpack(ARGV)
if (epoch or '') ~= old_epoch or not is_blank() or current_run() ~= loaded_on then return 'overtaken' end
redis.call('HSET', KEYS[1], 'epoch', new_epoch, 'run', loaded_on, 'recoverUntil', now_ms() + tonumber(recover_ms))
return 'switched'
`;

/** Reclaims some leases of a holder; answers with how many are left. */
export const RECLAIM = `${PRELUDE}
if not epoch then return 0 end
local holder = ARGV[1]
for _, id in ipairs(redis.call('SPOP', holder_key(holder), 256)) do
  local lease = read_lease(id)
  if lease then
    set_granted(lease, lease.consumed)
    lease.reclaimed = true
    write_lease(lease)
  end
end
local left = redis.call('SCARD', holder_key(holder))
if left == 0 then redis.call('ZREM', base .. 'holders', holder) end
return left
`;

export const FORGET = `${PRELUDE}
if not epoch then return 0 end
for _, id in ipairs(ARGV) do redis.call('DEL', account_key(id)) end
return #ARGV
`;

export const SILENT_HOLDERS = `${PRELUDE}
if not epoch then return {} end
return redis.call('ZRANGEBYSCORE', base .. 'holders', '-inf', '(' .. ARGV[1])
`;

export const AVAILABLE = `${PRELUDE}
if not epoch then return false end
local available, version = unpack(redis.call('HMGET', account_key(ARGV[1]), 'available', 'version'))
return version and available
`;
