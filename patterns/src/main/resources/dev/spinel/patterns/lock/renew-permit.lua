-- Lets the lease of a permit, or of a reader, run anew, unless it has ended.
--
-- KEYS[1]  the leases: owners by the end of their lease, in microseconds since 2020
-- ARGV[1]  owner
-- ARGV[2]  lease in milliseconds
--
-- Answers 1, or 0 if the owner has none any more.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ends or tonumber(ends) <= now then return 0 end
-- A server that is short of memory refuses a ZADD, but not what follows a write that needs none.
redis.call('PEXPIRE', KEYS[1], math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[2])))
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2] * 1000), ARGV[1])
return 1
