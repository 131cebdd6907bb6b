-- Gives back a permit, or ends a reader's lease, and wakes those who wait for it, if the user may publish: otherwise they ask
-- again in time.
--
-- KEYS[1]  the leases: owners by the end of their lease, in microseconds since 2020
-- KEYS[2], KEYS[3]  of a reader: those that were refused and wait, and those of them that may come
-- ARGV[1]  owner
-- ARGV[2]  the lane's channel
-- ARGV[3]  what to publish there
--
-- Answers 1, or 0 if the owner had none any more.

for i = 2, #KEYS do redis.call('SREM', KEYS[i], ARGV[1]) end
local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ends then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return tonumber(ends) > now and 1 or 0
