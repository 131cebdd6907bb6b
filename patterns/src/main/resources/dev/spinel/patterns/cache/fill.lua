-- Stores what was loaded, unless the entry was invalidated, written or leased to another one since, and wakes those who wait.
--
-- KEYS[1]  entry, as get.lua describes it
-- ARGV[1]  token of the load; empty for a write that asks nobody
-- ARGV[2]  value | absent | none: what was loaded, or that there is nothing and that this is not to be remembered
-- ARGV[3]  value
-- ARGV[4]  for how many milliseconds it is fresh
-- ARGV[5]  for how many milliseconds it is served
-- ARGV[6]  the entry's channel
--
-- Answers 1, or 0 if it was refused. A lease that ran out is good enough if nobody else took it: an invalidation takes it away. A write replaces
-- a key of another type. A load that the server has no memory for leaves what is stored.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

local entry = redis.pcall('HMGET', KEYS[1], 'token', 'granted', 'filler', 'waited')
local cost = 0
if ARGV[1] ~= '' then
  if entry[3] == ARGV[1] then return 1 end
  if entry[1] ~= ARGV[1] then return 0 end
  cost = math.max(0, now - tonumber(entry[2]))
end
if ARGV[1] == '' or ARGV[2] == 'none' then redis.call('DEL', KEYS[1]) end
if ARGV[2] ~= 'none' then
  redis.call('HSET', KEYS[1], 'kind', ARGV[2], 'value', ARGV[3], 'fresh', exact(now + ARGV[4] * 1000),
    'stale', exact(now + ARGV[5] * 1000), 'cost', exact(cost), 'filler', ARGV[1])
  redis.call('HDEL', KEYS[1], 'token', 'granted', 'leased', 'waited', 'failed', 'failedAt', 'error')
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
if entry[4] then redis.pcall('PUBLISH', ARGV[6], 'filled') end
return 1
