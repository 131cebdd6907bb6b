-- Pauses a schedule, or resumes it as if it were new. Begins with call-once.lua.
--
-- KEYS[1]  hash of schedules, as in schedule-put.lua
-- KEYS[2]  fires: schedules that are not paused by when they are due, in microseconds since 2020; new ones by since when
-- KEYS[3]  what this call answered, as there
-- ARGV     schedule, token of this call, pause | resume, channel for schedulers
--
-- Answers 1 if there is such a schedule, otherwise 0.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local id, pause = ARGV[1], ARGV[3] == 'pause'
local state, rest = string.match(redis.call('HGET', KEYS[1], id) or '', '^[^\n]*\n([^\n]*)\n(.*)$')
if not state then return answer(0) end
if pause == (state == 'paused') then return answer(1) end
if pause then
  redis.call('ZREM', KEYS[2], id)
else
  redis.call('ZADD', KEYS[2], string.format('%.0f', now), id)
end
redis.call('HSET', KEYS[1], id, table.concat({ARGV[2], pause and 'paused' or 'new', rest}, '\n'))
redis.pcall('PUBLISH', ARGV[4], ARGV[3])
return answer(1)
