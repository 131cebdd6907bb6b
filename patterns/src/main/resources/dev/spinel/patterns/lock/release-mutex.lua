-- Ends a lease and wakes those who wait for it, if the user may publish: otherwise they ask again in time.
--
-- KEYS[1]  the lock
-- ARGV[1]  owner
-- ARGV[2]  the lane's channel
-- ARGV[3]  what to publish there
--
-- Answers 1, or 0 if the owner did not hold the lock any more: another owner's lease stays untouched.

local held = redis.call('GET', KEYS[1])
if not held or string.match(held, '^[^:]+') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1
