-- Reads all schedules.
--
-- KEYS[1]  hash of schedules, as in schedule-put.lua
-- KEYS[2]  hash of schedules to the bodies of their messages
-- KEYS[3]  fires: schedules that are not paused by when they are due, in microseconds since 2020; new ones by since when
--
-- Answers for each schedule its id, its lines, the body, and when it is due, -1 if it is paused.

local reply = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  reply[#reply + 1] = all[i]
  reply[#reply + 1] = all[i + 1]
  reply[#reply + 1] = redis.call('HGET', KEYS[2], all[i])
  reply[#reply + 1] = tonumber(redis.call('ZSCORE', KEYS[3], all[i]) or -1)
end
return reply
