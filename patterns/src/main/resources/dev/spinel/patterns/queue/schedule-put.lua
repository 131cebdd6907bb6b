-- Adds a schedule, or changes it. Begins with call-once.lua.
--
-- KEYS[1]  hash of schedules to seven lines: token, state, misfire, cron, zone, priority, group. state: new, if it is to be found out
--          when it is due; set, if it is known; paused
-- KEYS[2]  hash of schedules to the bodies of their messages
-- KEYS[3]  fires: schedules that are not paused by when they are due, in microseconds since 2020; new ones by since when
-- KEYS[4]  what this call answered, as there
-- ARGV     schedule, token of this call, misfire, cron, zone, priority, group, body, channel for schedulers
--
-- Answers 1 if that changed something, otherwise 0. What is due stays so unless cron or zone change;
-- what is paused stays so. One that somebody took out of fires is new again.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local id, token = ARGV[1], ARGV[2]
local when, what = ARGV[4] .. '\n' .. ARGV[5], ARGV[6] .. '\n' .. ARGV[7]
local state, misfire, cron, zone, rest =
  string.match(redis.call('HGET', KEYS[1], id) or '', '^[^\n]*\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
local same_time = state and cron .. '\n' .. zone == when
if state and state ~= 'paused' and not redis.call('ZSCORE', KEYS[3], id) then same_time = false end
if same_time and misfire == ARGV[3] and rest == what and redis.call('HGET', KEYS[2], id) == ARGV[8] then return answer(0) end
if not same_time and state ~= 'paused' then
  state = 'new'
  redis.call('ZADD', KEYS[3], string.format('%.0f', now), id)
end
redis.call('HSET', KEYS[1], id, table.concat({token, state, ARGV[3], when, what}, '\n'))
redis.call('HSET', KEYS[2], id, ARGV[8])
redis.pcall('PUBLISH', ARGV[9], 'put')
return answer(1)
