-- Takes a permit of a semaphore, or says how long it takes at most until one is free.
--
-- KEYS[1]  the permits that are out: owners by the end of their lease, in microseconds since 2020
-- KEYS[2]  the last fence of the lane
-- ARGV[1]  owner: unique to this acquisition, so that a repeated call finds its own permit
-- ARGV[2]  lease in milliseconds
-- ARGV[3]  how many permits there are
--
-- Answers {1, fence}, or {0, milliseconds}. A repeated call gets a new fence; nobody has seen the first one.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', exact(now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return {0, math.ceil((tonumber(redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]) - now) / 1000)}
end
local last = redis.call('GET', KEYS[2]) or '0'
if not string.match(last, '^%d+$') or tonumber(last) >= 9007199254740992 then
  return redis.error_reply('ERR the fence is out of range')
end
local fence = math.max(tonumber(last) + 1, now)
redis.call('SET', KEYS[2], exact(fence))
redis.call('ZADD', KEYS[1], exact(now + ARGV[2] * 1000), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {1, fence}
