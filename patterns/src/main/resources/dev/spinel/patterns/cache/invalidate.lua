-- Forgets an entry together with the lease of a load under way, whose result will be refused, and wakes those who wait. A key of another
-- type goes likewise.
--
-- KEYS[1]  entry, as get.lua describes it
-- ARGV[1]  the entry's channel
--
-- Answers 1 if there was anything, otherwise 0.

local waited = redis.pcall('HEXISTS', KEYS[1], 'waited') == 1
local existed = redis.call('DEL', KEYS[1])
if waited then redis.pcall('PUBLISH', ARGV[1], 'invalidated') end
return existed
