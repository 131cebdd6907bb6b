-- Counts the users at each step of a funnel.
--
-- KEYS     the sets of the steps, as step.lua describes them
--
-- Answers how many users took each step and all before it.

local reply = {}
for i = 1, #KEYS do reply[i] = redis.call('SCARD', KEYS[i]) end
return reply
