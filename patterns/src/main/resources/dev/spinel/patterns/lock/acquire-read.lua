-- Adds a reader, unless a writer holds the lock or waits for it. Once a writer is done, it is the turn of the readers that were
-- refused meanwhile: until all of them are in, for a second at most, readers get in although another writer waits.
--
-- KEYS[1]  the readers: owners by the end of their lease, in microseconds since 2020
-- KEYS[2]  the last fence of the lane
-- KEYS[3]  the writer: owner:fence, expiring with the lease
-- KEYS[4]  the writer that waits: owner
-- KEYS[5]  the readers that were refused and wait: owners
-- KEYS[6]  those of them that may come, present while it is the readers' turn: owners
-- ARGV[1]  owner: unique to this acquisition, so that a repeated call finds its own lease
-- ARGV[2]  lease in milliseconds
-- ARGV[3]  for how many milliseconds to remember that this reader waits; 0 if it does not
--
-- Answers {1, fence}, or {0, milliseconds} with how long to wait at most. Readers take fences too, higher than those of writers
-- before them and lower than those of writers after them.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', exact(now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  local wait = redis.call('PTTL', KEYS[3])
  if wait == -1 then wait = 5000 end -- a writer that does not expire
  if redis.call('EXISTS', KEYS[6]) == 0 then wait = math.max(wait, redis.call('PTTL', KEYS[4])) end
  if wait >= 0 then
    if tonumber(ARGV[3]) > 0 then
      redis.call('SADD', KEYS[5], ARGV[1])
      if redis.call('PTTL', KEYS[5]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[5], ARGV[3]) end
    end
    return {0, wait}
  end
end
local last = redis.call('GET', KEYS[2]) or '0'
if not string.match(last, '^%d+$') or tonumber(last) >= 9007199254740992 then
  return redis.error_reply('ERR the fence is out of range')
end
redis.call('SREM', KEYS[5], ARGV[1])
redis.call('SREM', KEYS[6], ARGV[1])
local fence = math.max(tonumber(last) + 1, now)
redis.call('SET', KEYS[2], exact(fence))
redis.call('ZADD', KEYS[1], exact(now + ARGV[2] * 1000), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {1, fence}
