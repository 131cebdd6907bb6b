-- Adds to the count of an item in the present bucket of a ring. A bucket that is full gives the place of its least item to a new
-- one, with that item's count (Metwally et al., Efficient Computation of Frequent and Top-k Elements in Data Streams): counts are
-- never too low by that, and too high by at most the least count.
--
-- KEYS     the buckets of the ring: sorted sets of items by count, and one that is always empty, so that a
--          bucket has expired for its whole length when its place is needed again
-- ARGV[1]  length of a bucket in milliseconds
-- ARGV[2]  how many items a bucket has at most
-- ARGV[3]  item
-- ARGV[4]  what to add
--
-- Answers the item's count in the bucket.

local clock = redis.call('TIME')
local length = tonumber(ARGV[1])
local bucket = math.floor((tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)) / length)
local key = KEYS[bucket % #KEYS + 1]
local before, least = redis.call('ZSCORE', key, ARGV[3]), nil
if not before and redis.call('ZCARD', key) >= tonumber(ARGV[2]) then
  least, before = unpack(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES'))
end
local count = (before or 0) + ARGV[4]
if count >= 2 ^ 53 then return redis.error_reply('ERR the count would not be below 2^53') end
if least then redis.call('ZREM', key, least) end
redis.call('ZADD', key, string.format('%.0f', count), ARGV[3])
redis.call('PEXPIREAT', key, string.format('%.0f', (bucket + #KEYS - 1) * length))
return count
