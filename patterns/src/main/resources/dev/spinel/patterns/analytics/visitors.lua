-- Counts the different visitors of the latest buckets of a ring.
--
-- KEYS     the buckets of the ring, as visit.lua describes them
-- ARGV[1]  length of a bucket in milliseconds
-- ARGV[2]  how many buckets
--
-- Answers about how many there are, each counted once.

local clock = redis.call('TIME')
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / tonumber(ARGV[1]))
local keys = {}
for i = 0, tonumber(ARGV[2]) - 1 do keys[i + 1] = KEYS[(bucket - i) % #KEYS + 1] end
return redis.call('PFCOUNT', unpack(keys))
