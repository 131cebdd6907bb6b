-- Lets a lease run anew, unless it has ended.
--
-- KEYS[1]  the lock
-- ARGV[1]  owner
-- ARGV[2]  lease in milliseconds
--
-- Answers 1, or 0 if the owner does not hold the lock any more.

local held = redis.call('GET', KEYS[1])
if not held or string.match(held, '^[^:]+') ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
