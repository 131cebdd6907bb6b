-- Removes a schedule. Begins with call-once.lua.
--
-- KEYS[1]  hash of schedules, as in schedule-put.lua
-- KEYS[2]  hash of schedules to the bodies of their messages
-- KEYS[3]  fires: schedules that are not paused by when they are due
-- KEYS[4]  what this call answered, as there
-- ARGV     schedule
--
-- Answers 1 if there was such a schedule, otherwise 0.

redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return answer(redis.call('HDEL', KEYS[1], ARGV[1]))
