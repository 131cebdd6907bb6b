-- Takes a lock for writing, unless another writer or readers have it, or it is the readers' turn. Then no further reader gets
-- in before this writer, except in their turn.
--
-- KEYS[1]  the writer: owner:fence, expiring with the lease
-- KEYS[2]  the last fence of the lane
-- KEYS[3]  the readers: owners by the end of their lease, in microseconds since 2020
-- KEYS[4]  the writer that waits: owner
-- KEYS[5]  readers that may come, present while it is the readers' turn
-- ARGV[1]  owner: unique to this acquisition, so that a repeated call finds its own lease
-- ARGV[2]  lease in milliseconds
-- ARGV[3]  for how many milliseconds to keep readers out while this writer waits; 0 if it does not
--
-- Answers {1, fence}, or {0, milliseconds} with how long to wait at most: five seconds for a writer that does not expire.

local held = redis.call('GET', KEYS[1])
if held then
  local owner, fence = string.match(held, '^([^:]+):(%d+)$')
  if owner == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return {1, tonumber(fence)}
  end
end
local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', exact(now))
local reader = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2]
local turn = redis.call('PTTL', KEYS[5])
if held or reader or turn >= 0 then
  local waiting = redis.call('GET', KEYS[4])
  if tonumber(ARGV[3]) > 0 and (not waiting or waiting == ARGV[1]) then
    redis.call('SET', KEYS[4], ARGV[1], 'PX', ARGV[3])
  end
  if held then
    local left = redis.call('PTTL', KEYS[1])
    return {0, left < 0 and 5000 or left}
  end
  return {0, math.max(turn, reader and math.ceil((tonumber(reader) - now) / 1000) or 0)}
end
local last = redis.call('GET', KEYS[2]) or '0'
if not string.match(last, '^%d+$') or tonumber(last) >= 9007199254740992 then
  return redis.error_reply('ERR the fence is out of range')
end
local fence = math.max(tonumber(last) + 1, now)
redis.call('SET', KEYS[2], exact(fence))
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. exact(fence), 'PX', ARGV[2])
if redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
return {1, fence}
