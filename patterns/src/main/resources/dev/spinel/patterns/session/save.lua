-- Writes the changed attributes of a session, if it is still there, and counts that as an access.
--
-- KEYS[1]  session, as create.lua describes it
-- KEYS[2]  sorted set of the lane's sessions by when they expire
-- KEYS[3]  hash of the lane's sessions to their principals
-- KEYS[4]  sorted set of the lane's principals and sessions
-- KEYS[5]  the id that the session was given since, if it was
-- ARGV[1]  id
-- ARGV[2]  after how many idle milliseconds it expires
-- ARGV[3]  after how many milliseconds it expires in any case; 0: never
-- ARGV[4]  1 if the principal changed
-- ARGV[5]  principal, or empty
-- ARGV[6]  how many attributes were set
-- then their names and values, then the names of those that were removed
--
-- Answers {1}, {0} if there is no such session, or {2, id} if it has another id now.

if redis.call('EXISTS', KEYS[1]) == 0 then
  local moved = redis.call('GET', KEYS[5])
  if moved then return {2, moved} end
  return {0}
end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local function exact(number) return string.format('%.0f', number) end

local set = 6 + 2 * tonumber(ARGV[6])
for i = 7, set, 2 do redis.call('HSET', KEYS[1], 'a:' .. ARGV[i], ARGV[i + 1]) end
for i = set + 1, #ARGV do redis.call('HDEL', KEYS[1], 'a:' .. ARGV[i]) end
local before = redis.call('HGET', KEYS[1], 'principal') or ''
local principal = ARGV[4] == '1' and ARGV[5] or before
if before ~= principal and before ~= '' then
  redis.call('HDEL', KEYS[1], 'principal')
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], before .. '\0' .. ARGV[1])
end
if principal ~= '' then
  redis.call('HSET', KEYS[1], 'principal', principal)
  -- Also if it did not change: these two may have been evicted.
  redis.call('HSET', KEYS[3], ARGV[1], principal)
  redis.call('ZADD', KEYS[4], 0, principal .. '\0' .. ARGV[1])
end
local expires = now + ARGV[2]
if tonumber(ARGV[3]) > 0 then expires = math.min(expires, redis.call('HGET', KEYS[1], 'created') + ARGV[3]) end
redis.call('HSET', KEYS[1], 'accessed', exact(now))
redis.call('PEXPIREAT', KEYS[1], exact(expires))
redis.call('ZADD', KEYS[2], exact(expires), ARGV[1])
-- The lifetime may be shorter than it was.
return {expires > now and 1 or 0}
