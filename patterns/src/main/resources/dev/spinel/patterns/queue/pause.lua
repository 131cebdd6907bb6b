-- Pauses a queue, or ends its pause. Begins with call-once.lua.
--
-- KEYS[1]  there while the queue is paused
-- KEYS[2]  what this call answered, as there
-- ARGV[1]  pause | resume
-- ARGV[2]  channel for those who wait for messages
--
-- Answers 1 if that changed something, otherwise 0.

if ARGV[1] == 'pause' then return answer(redis.call('SETNX', KEYS[1], 1)) end
local ended = redis.call('DEL', KEYS[1])
if ended == 1 then redis.pcall('PUBLISH', ARGV[2], 'resumed') end
return answer(ended)
