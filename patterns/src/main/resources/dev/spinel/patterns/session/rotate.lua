-- Gives a session another id. The old one is worth nothing from then on, except for writes of those who had loaded the session.
--
-- KEYS[1]  session, as create.lua describes it
-- KEYS[2]  the same under its new id
-- KEYS[3]  sorted set of the lane's sessions by when they expire
-- KEYS[4]  hash of the lane's sessions to their principals
-- KEYS[5]  sorted set of the lane's principals and sessions
-- KEYS[6]  the new id, for those who know the old one
-- ARGV[1]  old id
-- ARGV[2]  new id
-- ARGV[3]  for how many milliseconds KEYS[6] is kept
--
-- Answers {1}, {0} if there is no such session, or {2, id} if it has yet another id.

if redis.call('EXISTS', KEYS[1]) == 0 then
  local moved = redis.call('GET', KEYS[6])
  if moved == ARGV[2] then return {1} end
  if moved then return {2, moved} end
  return {0}
end
-- The sorted sets and the hash of principals may have been evicted.
local expires = redis.call('ZSCORE', KEYS[3], ARGV[1])
  or string.format('%.0f', redis.call('PEXPIRETIME', KEYS[1]))
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('SET', KEYS[6], ARGV[2], 'PX', ARGV[3])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[3], expires, ARGV[2])
local principal = redis.call('HGET', KEYS[2], 'principal')
if principal then
  redis.call('HDEL', KEYS[4], ARGV[1])
  redis.call('HSET', KEYS[4], ARGV[2], principal)
  redis.call('ZREM', KEYS[5], principal .. '\0' .. ARGV[1])
  redis.call('ZADD', KEYS[5], 0, principal .. '\0' .. ARGV[2])
end
return {1}
