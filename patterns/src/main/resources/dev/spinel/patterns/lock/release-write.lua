-- Ends a writer's lease, or its wait, and wakes those who wait for it, if the user may publish: otherwise they ask again in time.
--
-- KEYS[1]  the writer: owner:fence
-- KEYS[2]  the writer that waits: owner
-- KEYS[3]  the readers that were refused and wait: owners
-- KEYS[4]  those of them that may come, present while it is the readers' turn: owners
-- ARGV[1]  owner
-- ARGV[2]  the lane's channel
-- ARGV[3]  what to publish there
-- ARGV[4]  how many milliseconds the readers' turn lasts at most
--
-- Answers 1, or 0 if the owner did not hold the lock any more: another owner's lease stays untouched.

local held = redis.call('GET', KEYS[1])
local released = held and string.match(held, '^[^:]+') == ARGV[1] and redis.call('DEL', KEYS[1]) or 0
local withdrawn = redis.call('GET', KEYS[2]) == ARGV[1] and redis.call('DEL', KEYS[2]) or 0
if released == 1 and redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('RENAME', KEYS[3], KEYS[4])
  redis.call('PEXPIRE', KEYS[4], ARGV[4])
end
if released + withdrawn > 0 then redis.pcall('PUBLISH', ARGV[2], ARGV[3]) end
return released
