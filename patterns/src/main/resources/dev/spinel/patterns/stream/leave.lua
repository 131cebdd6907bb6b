-- Removes a consumer that has nothing left to do from its group.
--
-- KEYS[1]  the stream
-- ARGV[1]  group
-- ARGV[2]  consumer
--
-- Answers 1, or 0 if entries are pending for it or there is no such group.

local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if pending.err or #pending > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
