-- Ends a lease, or gives up a place in the queue, and wakes the one whose turn it is then, if the user may publish: otherwise it
-- asks again in time.
--
-- KEYS[1]  the lock: owner:fence
-- KEYS[2]  the queue, as acquire-fair.lua describes it
-- KEYS[3]  the same owners by until when they are there
-- ARGV[1]  owner
-- ARGV[2]  the lane's channel
-- ARGV[3]  what to publish there before the owner whose turn it is
--
-- Answers 1, or 0 if the owner did not hold the lock any more: another owner's lease stays untouched.

local held = redis.call('GET', KEYS[1])
local released = held and string.match(held, '^[^:]+') == ARGV[1] and redis.call('DEL', KEYS[1]) or 0
local withdrawn = redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if released + withdrawn > 0 and (released == 1 or not held) then
  local first = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if first then redis.pcall('PUBLISH', ARGV[2], ARGV[3] .. ':' .. first) end
end
return released
