-- Counts messages.
--
-- KEYS     ready, delayed, leased, dead
--
-- Answers how many each has.

local reply = {}
for i = 1, 4 do reply[i] = redis.call('ZCARD', KEYS[i]) end
return reply
