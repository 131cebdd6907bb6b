-- Writes a value, unless a holder with a higher fence has written before.
--
-- KEYS[1]  hash of value and fence
-- ARGV[1]  fence of the writer
-- ARGV[2]  value
--
-- Answers 1, or 0 if the writer is stale. Fences are compared as numbers: they stay below 2^53.

local highest = redis.call('HGET', KEYS[1], 'fence')
if highest and tonumber(highest) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'value', ARGV[2])
return 1
