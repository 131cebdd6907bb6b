-- Finds the sessions of a principal.
--
-- KEYS[1]  sorted set of the lane's sessions by when they expire
-- KEYS[2]  sorted set of the lane's principals and sessions
-- ARGV[1]  principal
--
-- Answers their ids.

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local ids = {}
for _, entry in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[' .. ARGV[1] .. '\0', '(' .. ARGV[1] .. '\1')) do
  local id = string.sub(entry, #ARGV[1] + 2)
  local expires = redis.call('ZSCORE', KEYS[1], id)
  if expires and tonumber(expires) >= now then ids[#ids + 1] = id end
end
return ids
