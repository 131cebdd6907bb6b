-- Counts messages of a queue that is kept as a stream.
--
-- KEYS     entries, again, delayed, leased, dead, as in stream-exchange.lua
--
-- Answers how many are ready, delayed, leased and dead.

local pending = redis.pcall('XPENDING', KEYS[1], 'workers')
local new = redis.call('XLEN', KEYS[1]) - (pending.err and 0 or pending[1])
local counts = {}
for i = 2, 5 do counts[i] = redis.call('ZCARD', KEYS[i]) end
return {math.max(0, new) + counts[2], counts[3], counts[4], counts[5]}
