-- Makes a session.
--
-- KEYS[1]  session, a hash that expires with it: created, accessed (milliseconds since 1970), principal, and a:NAME for each attribute
-- KEYS[2]  sorted set of the lane's sessions by when they expire, in milliseconds since 1970
-- KEYS[3]  hash of the lane's sessions to their principals
-- KEYS[4]  sorted set, by text, of the lane's principals, each followed by a zero byte and a session
-- ARGV[1]  id
-- ARGV[2]  after how many idle milliseconds it expires
-- ARGV[3]  after how many milliseconds it expires in any case; 0: never
-- ARGV[4]  principal, or empty
-- then names and values of attributes
--
-- Answers when it was created. Expired sessions that nobody swept for a day are forgotten here, a few at a time.

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local function exact(number) return string.format('%.0f', number) end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', exact(now - 86400000), 'LIMIT', 0, 10)) do
  redis.call('ZREM', KEYS[2], id)
  local principal = redis.call('HGET', KEYS[3], id)
  if principal then
    redis.call('HDEL', KEYS[3], id)
    redis.call('ZREM', KEYS[4], principal .. '\0' .. id)
  end
end

local expires = now + ARGV[2]
if tonumber(ARGV[3]) > 0 then expires = math.min(expires, now + ARGV[3]) end
redis.call('HSET', KEYS[1], 'created', exact(now), 'accessed', exact(now))
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], 'a:' .. ARGV[i], ARGV[i + 1]) end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'principal', ARGV[4]) end
-- Last of all, as it deletes what has expired already.
redis.call('PEXPIREAT', KEYS[1], exact(expires))
redis.call('ZADD', KEYS[2], exact(expires), ARGV[1])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
  redis.call('ZADD', KEYS[4], 0, ARGV[4] .. '\0' .. ARGV[1])
end
return now
