-- Adds a reader, unless a writer holds the lock or waits for it.
--
-- KEYS[1]  the readers: owners by the end of their lease, in microseconds since 2020
-- KEYS[2]  the last fence of the lane
-- KEYS[3]  the writer: owner:fence, expiring with the lease
-- KEYS[4]  the writer that waits: owner
-- ARGV[1]  owner: unique to this acquisition, so that a repeated call finds its own lease
-- ARGV[2]  lease in milliseconds
--
-- Answers {1, fence}, or {0, milliseconds} with how long to wait at most. Readers take fences too, higher than those of writers
-- before them and lower than those of writers after them.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', exact(now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local wait = math.max(redis.call('PTTL', KEYS[3]), redis.call('PTTL', KEYS[4]))
  if wait >= 0 then return {0, wait} end
end
local fence = math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, now)
redis.call('SET', KEYS[2], exact(fence))
redis.call('ZADD', KEYS[1], exact(now + ARGV[2] * 1000), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {1, fence}
