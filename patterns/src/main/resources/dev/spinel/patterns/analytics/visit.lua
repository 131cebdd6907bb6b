-- Adds visitors to the present bucket of a ring.
--
-- KEYS     the buckets of the ring, each a HyperLogLog, and one that is always empty, so
--          that a bucket has expired for its whole length when its place is needed again
-- ARGV[1]  length of a bucket in milliseconds
-- then the visitors
--
-- Answers 1 if one of them was probably not in the bucket before.

local clock = redis.call('TIME')
local length = tonumber(ARGV[1])
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / length)
local key = KEYS[bucket % #KEYS + 1]
local added = 0
for i = 2, #ARGV do added = math.max(added, redis.call('PFADD', key, ARGV[i])) end
redis.call('PEXPIREAT', key, string.format('%.0f', (bucket + #KEYS - 1) * length))
return added
