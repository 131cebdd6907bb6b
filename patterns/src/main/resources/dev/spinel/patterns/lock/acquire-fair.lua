-- Takes a lock if it is free and nobody was before, or else takes a place in the queue, or says how long to wait at most.
--
-- KEYS[1]  the lock: owner:fence, expiring with the lease
-- KEYS[2]  the last fence of the lane
-- KEYS[3]  the queue: owners by their number
-- KEYS[4]  the same owners by until when they are there if they do not ask again, in microseconds since 2020
-- ARGV[1]  owner: unique to this acquisition, so that a repeated call finds its own lease or place
-- ARGV[2]  lease in milliseconds
-- ARGV[3]  for how many milliseconds the owner keeps its place without asking again; 0 if it does not wait
-- ARGV[4]  the lane's channel
-- ARGV[5]  what to publish there before the owner whose turn it is
--
-- Answers {1, fence}, or {0, milliseconds}: at most five seconds if what is at the lock's key does not expire.

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

for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', exact(now))) do
  if dead ~= ARGV[1] then
    redis.call('ZREM', KEYS[3], dead)
    redis.call('ZREM', KEYS[4], dead)
  end
end
local first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
while not held and first and first ~= ARGV[1] and not redis.call('ZSCORE', KEYS[4], first) do
  -- Somebody deleted until when it is there: it comes last if it lives.
  redis.call('ZREM', KEYS[3], first)
  first = redis.call('ZRANGE', KEYS[3], 0, 0)[1]
end
if not held and (not first or first == ARGV[1]) then
  local last = redis.call('GET', KEYS[2]) or '0'
  if not string.match(last, '^%d+$') or tonumber(last) >= 9007199254740992 then
    return redis.error_reply('ERR the fence is out of range')
  end
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  local fence = math.max(tonumber(last) + 1, now)
  redis.call('SET', KEYS[2], exact(fence))
  redis.call('SET', KEYS[1], ARGV[1] .. ':' .. exact(fence), 'PX', ARGV[2])
  return {1, fence}
end
local patience = tonumber(ARGV[3])
if patience > 0 then
  if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then
    local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2]
    redis.call('ZADD', KEYS[3], exact(tonumber(last or 0) + 1), ARGV[1])
    first = first or ARGV[1]
  end
  redis.call('ZADD', KEYS[4], exact(now + patience * 1000), ARGV[1])
  for i = 3, 4 do
    if redis.call('PTTL', KEYS[i]) < patience then redis.call('PEXPIRE', KEYS[i], patience) end
  end
end
if held then
  -- Only the first one asks when the lease must have ended.
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 then left = 5000 end
  return {0, first == ARGV[1] and left or math.max(patience, 1)}
end
-- It is the turn of the first one, who may have missed that. The user may lack the right to publish.
redis.pcall('PUBLISH', ARGV[4], ARGV[5] .. ':' .. first)
return {0, math.ceil((tonumber(redis.call('ZSCORE', KEYS[4], first)) - now) / 1000)}
