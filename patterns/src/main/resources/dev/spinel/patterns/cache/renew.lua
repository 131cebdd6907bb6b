-- Prolongs the lease of a load that takes long.
--
-- KEYS[1]  entry, as get.lua describes it
-- ARGV[1]  token of the load
-- ARGV[2]  for how many milliseconds it is leased from now on
--
-- Answers 1, or 0 if the entry was invalidated, written or leased to another one since.

if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

redis.call('HSET', KEYS[1], 'leased', exact(now + ARGV[2] * 1000))
if redis.call('PTTL', KEYS[1]) < 2 * ARGV[2] then redis.call('PEXPIRE', KEYS[1], exact(2 * ARGV[2])) end
return 1
