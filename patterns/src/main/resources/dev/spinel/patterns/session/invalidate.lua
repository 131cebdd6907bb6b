-- Ends a session.
--
-- KEYS[1]  session, as create.lua describes it
-- KEYS[2]  sorted set of the lane's sessions by when they expire
-- KEYS[3]  hash of the lane's sessions to their principals
-- KEYS[4]  sorted set of the lane's principals and sessions
-- KEYS[5]  the id that the session was given since, if it was
-- ARGV[1]  id
--
-- Answers {1}, {0} if there is no such session, or {2, id} if it has another id now.

if redis.call('DEL', KEYS[1]) == 0 then
  local moved = redis.call('GET', KEYS[5])
  if moved then return {2, moved} end
  return {0}
end
redis.call('ZREM', KEYS[2], ARGV[1])
local principal = redis.call('HGET', KEYS[3], ARGV[1])
if principal then
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], principal .. '\0' .. ARGV[1])
end
return {1}
