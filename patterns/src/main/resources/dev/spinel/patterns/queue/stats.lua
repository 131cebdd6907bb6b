-- Counts messages.
--
-- KEYS     ready, grouped, delayed, leased, dead
--
-- Answers how many are ready, with and without a group, delayed, leased and dead.

local counts = {}
for i = 1, 5 do counts[i] = redis.call('ZCARD', KEYS[i]) end
return {counts[1] + counts[2], counts[3], counts[4], counts[5]}
