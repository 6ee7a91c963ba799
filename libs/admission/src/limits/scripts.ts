import { AHEAD_PART, SLOT_LIFETIME_MS } from './limit-store.js';
import { SHARE_SILENT_PART, SHARE_TURN_MS } from './share-store.js';

/*
 * The rules of limits in Lua: each script is one atomic step. KEYS[1] is the root, whose braces keep everything in one
 * slot of a cluster; below it lie:
 *
 *   <root><rate key>   "<level> <ms since the epoch>"; expires when the rate is full
 *   <root><cap key>      hash: holder by "<granted> <needs> <ms since the epoch> <1: it has left> <start of its turn, ms>";
 *                        expires with its last word
 *   <root><slot key>     sorted set: id of a request by when its slot is free (ms); expires with its last slot
 *
 * Levels are whole numbers below 2^53, exact as Lua's doubles. The clock is the server's.
 */

const PRELUDE = `
local root = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function write_level(key, max, level)
  if level <= 0 then redis.call('DEL', root .. key) return end
  redis.call('SET', root .. key, string.format('%.0f %.0f', level, now), 'PX', math.ceil(level / max))
end

-- A clock that was set back must not keep a rate from filling: it fills from now on.
local function read_level(key, max)
  local stored = redis.call('GET', root .. key)
  if not stored then return 0 end
  local level, at = string.match(stored, '^(%d+) (%d+)$')
  level, at = tonumber(level), tonumber(at)
  if at > now then write_level(key, max, level) return level end
  return math.max(0, level - (now - at) * max)
end

-- Slots that lie further ahead than a lifetime are of a clock that was set back; who holds one renews it.
local function held(key)
  redis.call('ZREMRANGEBYSCORE', root .. key, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', root .. key, now + ${SLOT_LIFETIME_MS} + 1, '+inf')
  return redis.call('ZCARD', root .. key)
end

local function hold(key, id)
  redis.call('ZADD', root .. key, now + ${SLOT_LIFETIME_MS}, id)
  redis.call('PEXPIRE', root .. key, ${SLOT_LIFETIME_MS})
end
`;

/**
 * ARGV, one after the other in the order in which they are done:
 *
 * - `take`, id of a request, counts of rates and slot limits; for each rate `key, max, window (ms), units, wanted ahead`; for
 *   each slot limit `key, max`. Answers `[0, 0, level …, units ahead …]`; refused: `[number of the limit, ms to wait,
 *   level …]`.
 * - `correct`, id, counts of rates and slots; for each rate `key, max, window (ms), units`; the key of each slot limit.
 *   Answers `[]`.
 */
export const LIMITS_APPLY = `${PRELUDE}
local function take(id, rates, first, first_slot, last)
  local levels, taken, by, wait = {}, {}, 0, -1
  for index = 1, rates do
    local at = first + 5 * (index - 1)
    local max, window, units = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    local level = read_level(ARGV[at], max)
    levels[index], taken[index] = level, level + units * window
    local excess = level + (units - max) * window
    if excess > 0 and math.ceil(excess / max) > wait then
      by, wait = index, math.ceil(excess / max)
    end
  end
  if by == 0 then
    for at = first_slot, last, 2 do
      if held(ARGV[at]) >= tonumber(ARGV[at + 1]) then
        by, wait = rates + (at - first_slot) / 2 + 1, 0
        break
      end
    end
  end
  if by > 0 then return { by, wait, unpack(levels) } end
  local answer = { 0, 0 }
  for index = 1, rates do
    local at = first + 5 * (index - 1)
    local max, window = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local room = math.floor((max * window - taken[index]) / (window * ${AHEAD_PART}))
    local ahead = math.max(0, math.min(tonumber(ARGV[at + 4]), room))
    local level = taken[index] + ahead * window
    write_level(ARGV[at], max, level)
    answer[2 + index], answer[2 + rates + index] = level, ahead
  end
  for at = first_slot, last, 2 do hold(ARGV[at], id) end
  return answer
end

local function correct(id, first, first_slot, last)
  for at = first, first_slot - 1, 4 do
    local max = tonumber(ARGV[at + 1])
    write_level(ARGV[at], max, read_level(ARGV[at], max) + tonumber(ARGV[at + 3]) * tonumber(ARGV[at + 2]))
  end
  for at = first_slot, last do redis.call('ZREM', root .. ARGV[at], id) end
  return {}
end

local answers, at = {}, 1
while at <= #ARGV do
  local id, rates, slots = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local first = at + 4
  local first_slot = first + (ARGV[at] == 'take' and 5 or 4) * rates
  if ARGV[at] == 'take' then
    at = first_slot + 2 * slots
    answers[#answers + 1] = take(id, rates, first, first_slot, at - 1)
  else
    at = first_slot + slots
    answers[#answers + 1] = correct(id, first, first_slot, at - 1)
  end
end
return answers
`;

/** ARGV: for each slot `key, id`. */
export const LIMITS_RENEW = `${PRELUDE}
for at = 1, #ARGV, 2 do hold(ARGV[at], ARGV[at + 1]) end
`;

/**
 * ARGV: holder, 1 if it leaves; for each cap `key, max, needs, keep, lifetime of a grant (ms)`. Answers for each
 * `granted, entitled`.
 *
 * Those that are silent or have left may use all that they were granted, and get no part of what is free.
 */
export const SHARES_STATE = `${PRELUDE}
local holder, leaving = ARGV[1], ARGV[2]

local function read(key, lifetime)
  local own, others = { turn = 0 }, {}
  local entries = redis.call('HGETALL', root .. key)
  for at = 1, #entries, 2 do
    local grant, needs, stated, left, turn = string.match(entries[at + 1], '^(%d+) (%d+) (%d+) (%d) (%d+)$')
    local age = now - tonumber(stated)
    local entry = { name = entries[at], grant = tonumber(grant), needs = tonumber(needs), turn = tonumber(turn) }
    entry.live = left == '0' and age * ${SHARE_SILENT_PART} <= lifetime
    if entry.name == holder then
      own = entry
    -- What lies ahead is of a clock that was set back; who lives says it again.
    elseif age > lifetime or age * ${SHARE_SILENT_PART} < -lifetime then
      redis.call('HDEL', root .. key, entry.name)
    else
      others[#others + 1] = entry
    end
  end
  return own, others
end

local function in_turn(entry)
  return entry.turn <= now and now - entry.turn < ${SHARE_TURN_MS}
end

-- Whose turn it is comes before whose it is not, and then who has waited longest.
local function precedes(one, other)
  if in_turn(one) ~= in_turn(other) then return in_turn(one) end
  if one.turn ~= other.turn then return one.turn < other.turn end
  return one.name < other.name
end

-- An equal part, and whether a unit that can't be divided is in it: for one of those from some place on.
local function part(own, claims, first, free)
  local count, ahead = #claims - first + 1, 0
  for at = first, #claims do
    if claims[at] ~= own and precedes(claims[at], own) then ahead = ahead + 1 end
  end
  if ahead < free % count then return math.floor(free / count) + 1, true end
  return math.floor(free / count), false
end

local function entitlement(own, others, max)
  local claims, total, free = { own }, own.needs, max
  for _, other in ipairs(others) do
    if other.live then
      claims[#claims + 1] = other
      total = total + other.needs
    else
      free = math.max(0, free - other.grant)
    end
  end
  if total <= free then return own.needs + math.ceil((free - total) / #claims), false end
  table.sort(claims, function(one, other) return one.needs < other.needs end)
  for at, claim in ipairs(claims) do
    if claim.needs * (#claims - at + 1) > free then return part(own, claims, at, free) end
    if claim == own then return own.needs, false end
    free = free - claim.needs
  end
end

local answer = {}
for at = 3, #ARGV, 5 do
  local key, max, needs, keep = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local lifetime = tonumber(ARGV[at + 4])
  local own, others = read(key, lifetime)
  own.name, own.needs = holder, needs
  local entitled, by_turn = entitlement(own, others, max)
  local granted, free = keep, max
  for _, other in ipairs(others) do free = free - other.grant end
  if leaving == '0' then granted = math.max(keep, math.min(entitled, free)) end
  if by_turn and granted >= entitled and not in_turn(own) then own.turn = now end
  local entry = string.format('%.0f %.0f %.0f %s %.0f', granted, needs, now, leaving, own.turn)
  redis.call('HSET', root .. key, holder, entry)
  redis.call('PEXPIRE', root .. key, lifetime)
  answer[#answer + 1] = granted
  answer[#answer + 1] = entitled
end
return answer
`;
