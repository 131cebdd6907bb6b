-- Counts messages of a queue that is kept as a stream.
--
-- KEYS     entries, delayed, leased, dead
--
-- Answers how many are ready, delayed, leased and dead.

local delayed, leased, dead = redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4])
return {redis.call('XLEN', KEYS[1]) - leased, delayed, leased, dead}
