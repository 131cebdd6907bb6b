-- Ends a load that failed, remembers the failure for a while, and wakes those who wait. What is stored stays.
--
-- KEYS[1]  entry, as get.lua describes it
-- ARGV[1]  token of the load
-- ARGV[2]  for how many milliseconds nobody tries again
-- ARGV[3]  the error, for those who ask meanwhile
-- ARGV[4]  the entry's channel
--
-- Answers 1, or 0 if another one has the lease, or nobody.

local entry = redis.call('HMGET', KEYS[1], 'token', 'waited', 'kind')
if entry[1] ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'token', 'granted', 'leased', 'waited')
if tonumber(ARGV[2]) > 0 then
  local clock = redis.call('TIME')
  local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
  redis.call('HSET', KEYS[1], 'failed', string.format('%.0f', now + ARGV[2] * 1000),
    'failedAt', string.format('%.0f', now), 'error', ARGV[3])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) or not entry[3] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
end
if entry[2] then redis.pcall('PUBLISH', ARGV[4], 'failed') end
return 1
